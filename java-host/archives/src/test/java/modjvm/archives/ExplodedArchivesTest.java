package modjvm.archives;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExplodedArchivesTest {
    @TempDir
    private Path root;

    private Path war;
    private Path state;
    private ExplodedArchives exploded;
    private final List<String> log = new ArrayList<>();

    @BeforeEach
    void makeFolders() throws IOException {
        war = root.resolve("shop.war");
        state = Files.createDirectory(root.resolve("state"));
        exploded = new ExplodedArchives(state, new Archive.Bounds(10, 100_000));
    }

    private void zip(String... entries) throws IOException {
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(war))) {
            for (String entry : entries) {
                zip.putNextEntry(new ZipEntry(entry));
                zip.write(entry.getBytes(StandardCharsets.UTF_8));
            }
        }
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(state)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    private ExplodedArchives.Exploded explode() throws IOException {
        return exploded.explode(war, ExplodedArchives.Preparation.NONE, new Progress(log::add, () -> {}));
    }

    private void age(ExplodedArchives.Exploded version, Duration age) throws IOException {
        Files.setLastModifiedTime(
                version.folder().getParent(), FileTime.from(Instant.now().minus(age)));
    }

    @Test
    void shouldRemoveTheFolderOfAnArchiveThatIsMountedNoMore() throws Exception {
        zip("index.html");
        ExplodedArchives.Exploded old = explode();
        age(old, Duration.ofDays(9));
        war = root.resolve("other.war");
        zip("index.html");

        explode().lock().close();
        assertThat(old.folder()).as("in use").exists();
        old.lock().close();
        explode().lock().close();
        assertThat(old.folder()).as("used just now").exists();
        age(old, Duration.ofHours(25));
        ExplodedArchives.Exploded other = explode();
        assertThat(old.folder()).doesNotExist();
        assertThat(names()).hasSize(1);
        other.lock().close();
    }

    @Test
    void shouldExplodeOnce() throws Exception {
        zip("index.html", "WEB-INF/web.xml", "WEB-INF/a/b/ä.txt");

        Path first = explode().folder();
        Path second = explode().folder();

        assertThat(first.resolve("WEB-INF/a/b/ä.txt")).hasContent("WEB-INF/a/b/ä.txt");
        assertThat(second).isEqualTo(first);
        assertThat(log).singleElement().asString().matches(".*/shop.war: exploded in \\d+ ms");
    }

    @Test
    void shouldRemoveWhatWasLeftBehind() throws Exception {
        zip("index.html");
        for (String name : List.of("part-1", "gone-2", "part-3", "other")) {
            Files.writeString(Files.createDirectory(state.resolve(name)).resolve("a.txt"), "a");
            if (!name.equals("part-3")) {
                Files.setLastModifiedTime(
                        state.resolve(name), FileTime.from(Instant.now().minus(Duration.ofHours(2))));
            }
        }

        explode();

        assertThat(names()).hasSize(3).contains("other", "part-3");
    }

    @Test
    void shouldExplodeOnceIfSeveralDoItAtTheSameTime() throws Exception {
        zip("index.html", "WEB-INF/web.xml");
        int count = 8;
        CyclicBarrier start = new CyclicBarrier(count);
        ExecutorService threads = Executors.newFixedThreadPool(count);
        List<Future<Path>> folders = new ArrayList<>();
        AtomicInteger prepared = new AtomicInteger();
        ExplodedArchives.Preparation counting = (files, empty, progress) -> {
            prepared.incrementAndGet();
            return files;
        };
        for (int i = 0; i < count; i++) {
            folders.add(threads.submit(() -> {
                start.await();
                return exploded.explode(war, counting, new Progress(line -> {}, () -> {}))
                        .folder();
            }));
        }
        threads.shutdown();

        for (Future<Path> folder : folders) {
            assertThat(folder.get().resolve("WEB-INF/web.xml")).exists();
        }
        assertThat(names()).hasSize(1);
        assertThat(prepared).hasValue(1);
    }

    @Test
    void shouldKeepWhatWasPrepared() throws Exception {
        zip("index.html", "WEB-INF/web.xml");

        Path kept = exploded.explode(
                        war,
                        (files, empty, progress) -> {
                            assertThat(files.resolve("WEB-INF/web.xml")).exists();
                            progress.run();
                            return Files.writeString(empty.resolve("other"), "x")
                                    .getParent();
                        },
                        new Progress(log::add, () -> log.add("goes on")))
                .folder();

        assertThat(kept).isDirectoryContaining("glob:**/other");
        assertThat(kept.resolve("WEB-INF")).doesNotExist();
        assertThat(kept.resolveSibling("raw")).doesNotExist();
        assertThat(log).contains("goes on");
    }

    @Test
    void shouldPrepareAFolderElsewhereOnceForWhatItHolds() throws Exception {
        Path source = Files.createDirectory(root.resolve("app"));
        Files.writeString(source.resolve("a.txt"), "a");
        ExplodedArchives.Preparation copy = (files, empty, progress) -> {
            log.add("prepared");
            Files.copy(files.resolve("a.txt"), empty.resolve("b.txt"));
            return empty;
        };
        Progress progress = new Progress(log::add, () -> {});

        Path first =
                exploded.prepare(source, Version.of(source), copy, progress).folder();
        Path same = exploded.prepare(source, Version.of(source), copy, progress).folder();
        Files.writeString(source.resolve("a.txt"), "changed");
        Path second =
                exploded.prepare(source, Version.of(source), copy, progress).folder();

        assertThat(first).isEqualTo(same).isNotEqualTo(second);
        assertThat(second.resolve("b.txt")).hasContent("changed");
        assertThat(source).isDirectoryContaining("glob:**/a.txt");
        assertThat(log).containsExactly("prepared", "prepared");
    }

    @Test
    void shouldLeaveAVersionAloneWhileItIsUsed() throws Exception {
        zip("a.txt");
        ExplodedArchives.Exploded first = explode();
        zip("b.txt");
        Files.setLastModifiedTime(war, FileTime.fromMillis(1_000_000));
        ExplodedArchives.Exploded second = explode();

        assertThat(first.folder().resolve("a.txt")).exists();
        assertThat(second.folder().resolve("b.txt")).exists();
        assertThat(names()).hasSize(2);

        first.lock().close();
        zip("c.txt");
        Files.setLastModifiedTime(war, FileTime.fromMillis(2_000_000));
        explode();

        assertThat(first.folder()).doesNotExist();
        assertThat(second.folder()).exists();
        assertThat(names()).hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"../evil.txt", "a/../../evil.txt", "/evil.txt", "a\\..\\..\\evil.txt", ".."})
    void shouldRefuseEntriesThatLeadOut(String name) throws Exception {
        zip("ok.txt", name);

        assertThatThrownBy(this::explode)
                .isInstanceOf(BadArchiveException.class)
                .hasMessageContaining("leads out of the archive");
        assertThat(root.resolve("evil.txt")).doesNotExist();
        assertThat(names()).isEmpty();
    }

    @Test
    void shouldRefuseLinks() throws Exception {
        zip("passwd");
        byte[] bytes = Files.readAllBytes(war);
        int directory = new String(bytes, StandardCharsets.ISO_8859_1).lastIndexOf("PK\1\2");
        bytes[directory + 5] = 3; // made on Unix
        bytes[directory + 41] = (byte) (0120777 >> 8);
        Files.write(war, bytes);

        assertThatThrownBy(this::explode)
                .isInstanceOf(BadArchiveException.class)
                .hasMessageContaining("its entry passwd is a symbolic link");
    }

    @Test
    void shouldRefuseABomb() throws Exception {
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(war))) {
            zip.putNextEntry(new ZipEntry("bomb"));
            zip.write(new byte[200_000]);
        }

        assertThatThrownBy(this::explode)
                .isInstanceOf(BadArchiveException.class)
                .hasMessageContaining("more than 100000 bytes");
        assertThat(names()).isEmpty();
    }

    @Test
    void shouldRefuseTooManyEntries() throws Exception {
        zip("1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11");

        assertThatThrownBy(this::explode)
                .isInstanceOf(BadArchiveException.class)
                .hasMessageContaining("11 entries, and 10 is the limit");
    }

    @Test
    void shouldRefuseWhatIsNoArchive() throws Exception {
        Files.writeString(war, "no archive");

        assertThatThrownBy(this::explode)
                .isInstanceOf(BadArchiveException.class)
                .hasMessageContaining("not an archive, or a broken one");
    }

    @Test
    void shouldRefuseABrokenEntry() throws Exception {
        try (OutputStream file = Files.newOutputStream(war);
                ZipOutputStream zip = new ZipOutputStream(file)) {
            zip.putNextEntry(new ZipEntry("a.txt"));
            zip.write("hello hello hello hello hello".getBytes(StandardCharsets.US_ASCII));
        }
        byte[] bytes = Files.readAllBytes(war);
        bytes[40] ^= 0x55;
        Files.write(war, bytes);

        assertThatThrownBy(this::explode).isInstanceOf(BadArchiveException.class);
        assertThat(names()).isEmpty();
    }
}

package modjvm.loading;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class ChangeNoticesTest {
    private static final long LONG = TimeUnit.SECONDS.toNanos(60);
    private static final long SHORT = TimeUnit.MILLISECONDS.toNanos(200);

    @TempDir
    Path dir;

    @AutoClose
    private final NativeInotify inotify = new NativeInotify();

    private ChangeNotices notices;

    @BeforeEach
    void open() {
        notices = ChangeNotices.open(inotify);
        assertThat(notices).isNotNull();
    }

    private Path file(String name) throws IOException {
        Path file = dir.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, name);
    }

    private void cover(Path path) {
        assertThat(notices.cover(List.of(path))).isTrue();
    }

    /** Something was; then, as whoever is told does, looks for what it is now. */
    private void noticed(Path path) {
        assertThat(notices.await(LONG)).isTrue();
        cover(path);
        while (notices.await(SHORT)) {
            cover(path); // what is left of it
        }
    }

    @Test
    void shouldNoticeWhatBecomesOfAFile() throws Exception {
        Path jar = file("apps/a.jar");
        cover(jar);

        Files.writeString(jar, "other");
        noticed(jar);
        Files.setLastModifiedTime(jar, FileTime.fromMillis(0));
        noticed(jar);
        Files.move(file("apps/b.jar"), jar, StandardCopyOption.REPLACE_EXISTING);
        noticed(jar);
        Files.delete(jar);
        noticed(jar);
        file("apps/a.jar");
        noticed(jar);
    }

    @Test
    void shouldPassOverWhatIsBesideIt() throws Exception {
        Path jar = file("apps/a.jar");
        cover(jar);

        file("apps/log");
        file("other/a.jar");
        Files.setLastModifiedTime(dir.resolve("apps/log"), FileTime.fromMillis(0));
        Files.delete(dir.resolve("apps/log"));

        assertThat(notices.await(SHORT)).isFalse();
    }

    @Test
    void shouldNoticeThatAFileIsReplacedWhichIsInUse() throws Exception {
        Path jar = file("apps/a.jar");
        try (InputStream open = Files.newInputStream(jar)) {
            cover(jar);
            Files.move(file("apps/b.jar"), jar, StandardCopyOption.REPLACE_EXISTING);
            noticed(jar);
            assertThat(open).hasContent("apps/a.jar");
        }
        try (InputStream open = Files.newInputStream(jar)) {
            Files.delete(jar);
            noticed(jar);
            assertThat(open).hasContent("apps/b.jar");
        }
    }

    @Test
    void shouldNoticeThatAFolderOnTheWayIsReplaced() throws Exception {
        Path jar = file("site/app/a.jar");
        cover(jar);
        Files.move(dir.resolve("site"), dir.resolve("old"));
        noticed(jar);
        file("site/app/a.jar");
        noticed(jar);
    }

    @Test
    void shouldNoticeLinksAndFoldersOnTheWay() throws Exception {
        file("releases/1/app/a.jar");
        file("releases/2/app/a.jar");
        Files.createSymbolicLink(dir.resolve("current"), Path.of("releases/1/../1"));
        Path jar = dir.resolve("current/app/a.jar");
        cover(jar);

        Files.createSymbolicLink(dir.resolve("next"), Path.of("releases/2"));
        Files.move(dir.resolve("next"), dir.resolve("current"), StandardCopyOption.REPLACE_EXISTING);
        noticed(jar);
        Files.move(dir.resolve("releases/2/app"), dir.resolve("releases/2/old"));
        noticed(jar);
    }

    @Test
    void shouldNoticeWhatLiesBelowAFolder() throws Exception {
        file("classes/pkg/A.class");
        Path folder = dir.resolve("classes");
        cover(folder);

        file("classes/pkg/B.class");
        noticed(folder);
        file("classes/more/C.class");
        noticed(folder);
        file("classes/more/D.class");
        noticed(folder);
    }

    @Test
    void shouldNoticeWhatIsNotThereYet() throws Exception {
        cover(dir.resolve("later/app.jar"));
        file("later/app.jar");
        assertThat(notices.await(LONG)).isTrue();
    }

    @Test
    void shouldNotCoverWhatItCannotSee() throws IOException {
        assertThat(notices.cover(List.of(Path.of("/proc/self/status")))).isFalse();
        for (int i = 0; i < 1001; i++) {
            Files.createDirectories(dir.resolve("many/" + i));
        }
        assertThat(notices.cover(List.of(dir.resolve("many")))).isFalse();
    }

    @Test
    void shouldFollowNoLinkForEver() throws IOException {
        Files.createSymbolicLink(dir.resolve("round"), Path.of("round"));
        cover(dir.resolve("round/app.jar"));
    }
}

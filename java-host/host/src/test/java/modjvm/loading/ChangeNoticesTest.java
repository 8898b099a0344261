package modjvm.loading;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
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

    private ChangeNotices notices;

    @BeforeEach
    void open() {
        notices = ChangeNotices.open(dir);
        assertThat(notices).isNotNull();
    }

    @AfterEach
    void close() {
        notices.close();
    }

    private Path file(String name) throws IOException {
        Path file = dir.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, name);
    }

    private void cover(Path path) {
        assertThat(notices.cover(List.of(path))).isTrue();
    }

    @Test
    void shouldNoticeWhatBecomesOfAFile() throws Exception {
        Path jar = file("apps/a.jar");
        cover(jar);

        Files.writeString(jar, "other");
        assertThat(notices.await(LONG)).isTrue();
        Files.setLastModifiedTime(jar, FileTime.fromMillis(0));
        assertThat(notices.await(LONG)).isTrue();
        Files.move(file("apps/b.jar"), jar, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        assertThat(notices.await(LONG)).isTrue();
        Files.delete(jar);
        assertThat(notices.await(LONG)).isTrue();
        file("apps/a.jar");
        assertThat(notices.await(LONG)).isTrue();
    }

    @Test
    void shouldPassOverWhatIsBesideIt() throws Exception {
        Path jar = file("apps/a.jar");
        cover(jar);

        file("apps/log");
        file("other/a.jar");

        assertThat(notices.await(SHORT)).isFalse();
    }

    @Test
    void shouldNoticeLinksAndFoldersOnTheWay() throws Exception {
        file("releases/1/app/a.jar");
        file("releases/2/app/a.jar");
        Files.createSymbolicLink(dir.resolve("current"), Path.of("releases/1/../1"));
        Path jar = dir.resolve("current/app/a.jar");
        cover(jar);

        Files.createSymbolicLink(dir.resolve("next"), Path.of("releases/2"));
        Files.move(dir.resolve("next"), dir.resolve("current"), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        assertThat(notices.await(LONG)).isTrue();

        cover(jar);
        Files.move(dir.resolve("releases/2/app"), dir.resolve("releases/2/old"));
        assertThat(notices.await(LONG)).isTrue();
        Files.writeString(dir.resolve("releases/1/app/a.jar"), "not any more");
    }

    @Test
    void shouldNoticeWhatLiesBelowAFolder() throws Exception {
        file("classes/pkg/A.class");
        Path folder = dir.resolve("classes");
        cover(folder);

        Path added = file("classes/pkg/B.class");
        assertThat(notices.await(LONG)).isTrue();
        file("classes/more/C.class");
        assertThat(notices.await(LONG)).isTrue();
        cover(folder);
        while (notices.await(SHORT)) {
            assertThat(added).exists(); // what is left of it
        }
        file("classes/more/D.class");
        assertThat(notices.await(LONG)).isTrue();
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

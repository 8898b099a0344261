package modjvm.loading;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FingerprintTest {
    @TempDir
    Path folder;

    @Test
    void shouldStayWhileNothingIsTouched() throws Exception {
        Path file = Files.writeString(folder.resolve("a"), "a");

        assertThat(Fingerprint.of(file)).isEqualTo(Fingerprint.of(file));
        assertThat(Fingerprint.of(folder)).isEqualTo(Fingerprint.of(folder));
        Path missing = folder.resolve("missing");
        assertThat(Fingerprint.of(missing)).isEqualTo(Fingerprint.of(missing)).isNotEqualTo(Fingerprint.of(file));
    }

    @Test
    void shouldChangeWithSizeTimeModeAndInode() throws Exception {
        Path file = Files.writeString(folder.resolve("a"), "a");
        long before = Fingerprint.of(file);

        Files.writeString(file, "ab");
        long longer = Fingerprint.of(file);
        assertThat(longer).isNotEqualTo(before);

        Files.setLastModifiedTime(file, FileTime.fromMillis(1_000_000));
        long older = Fingerprint.of(file);
        assertThat(older).isNotEqualTo(longer);

        Path twin = Files.writeString(folder.resolve("b"), "ab");
        Files.setLastModifiedTime(twin, FileTime.fromMillis(1_000_000));
        Files.move(twin, file, StandardCopyOption.REPLACE_EXISTING);
        assertThat(Fingerprint.of(file)).isNotEqualTo(older);

        long replaced = Fingerprint.of(file);
        Files.delete(file);
        assertThat(Fingerprint.of(file)).isNotEqualTo(replaced);
    }

    @Test
    void shouldChangeWithAnythingInAFolder() throws Exception {
        Path file =
                Files.writeString(Files.createDirectories(folder.resolve("x/y")).resolve("a"), "a");
        long before = Fingerprint.of(folder);

        Files.writeString(file, "ab");
        long longer = Fingerprint.of(folder);
        assertThat(longer).isNotEqualTo(before);

        Files.writeString(folder.resolve("x/b"), "b");
        long more = Fingerprint.of(folder);
        assertThat(more).isNotEqualTo(longer);

        Files.delete(file);
        assertThat(Fingerprint.of(folder)).isNotEqualTo(more);
    }

    @Test
    void shouldFollowALinkThatIsSwitched() throws Exception {
        Path one = Files.createDirectory(folder.resolve("one"));
        Path two = Files.createDirectory(folder.resolve("two"));
        Path link = Files.createSymbolicLink(folder.resolve("current"), one);
        long before = Fingerprint.of(link);

        Files.delete(link);
        Files.createSymbolicLink(link, two);
        assertThat(Fingerprint.of(link)).isNotEqualTo(before);
    }

    /** Root may search every folder: then nothing changes. */
    @Test
    void shouldChangeWithPermissionsOnTheWay() throws Exception {
        Path closed = Files.createDirectory(folder.resolve("closed"));
        Path file = Files.writeString(closed.resolve("a"), "a");
        long before = Fingerprint.of(file);
        Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("---------"));
        try {
            if (Files.isExecutable(closed)) {
                assertThat(Fingerprint.of(file)).isEqualTo(before);
            } else {
                assertThat(Fingerprint.of(file)).isNotEqualTo(before);
            }
        } finally {
            Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("rwx------"));
        }
    }
}

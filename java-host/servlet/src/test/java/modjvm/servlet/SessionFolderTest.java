package modjvm.servlet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SessionFolderTest {
    private static final String KEY = "0123456789ABCDEF0123456789ABCDEF";
    private static final byte[] BYTES = {1, 2, 3};
    private static final Instant LATER = Instant.now().plusSeconds(600);

    @TempDir
    private Path root;

    private final List<String> warnings = new ArrayList<>();
    private SessionFolder first;
    private SessionFolder second;

    @BeforeEach
    void open() throws IOException {
        first = SessionFolder.open(root.resolve("app"), "j00000001", warnings::add);
        second = SessionFolder.open(root.resolve("app"), "j00000002", warnings::add);
    }

    @AfterEach
    void close() throws IOException {
        first.close();
        second.close();
    }

    @Test
    void shouldGiveASessionToOneProcess() throws IOException {
        first.put(KEY, BYTES, LATER);

        assertThat(second.take(KEY)).contains(BYTES);
        assertThat(first.take(KEY)).isEmpty();
        assertThat(second.take(KEY)).isEmpty();
    }

    @Test
    void shouldBeOpenedOncePerProcess() {
        assertThatThrownBy(() -> SessionFolder.open(root.resolve("app"), "j00000001", warnings::add))
                .hasMessageContaining("another application of this process has the same target");
    }

    @Test
    void shouldKeepSessionsFromOtherUsers() throws IOException {
        first.put(KEY, BYTES, LATER);

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(
                        root.resolve("app/waiting").resolve(KEY))))
                .isEqualTo("rw-------");
    }

    @Test
    void shouldWaitForTheProcessOfTheRouteUntilItHasListedItsSessions() throws IOException {
        assertThat(second.isElsewhere(KEY + ".j00000001")).isTrue();
        assertThat(second.isElsewhere(KEY + ".j00000003"))
                .as("a process that is gone")
                .isFalse();
        assertThat(second.isElsewhere(KEY + ".j00000002")).as("this process").isFalse();

        first.listed();

        assertThat(second.isElsewhere(KEY + ".j00000001")).isFalse();
    }

    @Test
    void shouldFindWhoHoldsASession() throws IOException {
        first.hold(KEY);
        first.listed();

        assertThat(second.isElsewhere(KEY)).isTrue();
        assertThat(first.isElsewhere(KEY)).isFalse();

        first.put(KEY, BYTES, LATER);

        assertThat(second.isElsewhere(KEY)).as("it waits").isTrue();
        assertThat(second.take(KEY)).isPresent();
        assertThat(second.isElsewhere(KEY)).isFalse();
        assertThat(first.isElsewhere(KEY)).as("it has been taken").isTrue();

        second.release(KEY);

        assertThat(first.isElsewhere(KEY)).isFalse();
    }

    @Test
    void shouldWaitForNobodyWhoHasEnded() throws IOException {
        first.hold(KEY);
        first.close();

        assertThat(second.isElsewhere(KEY + ".j00000001")).isFalse();
        first = SessionFolder.open(root.resolve("app"), "j00000001", warnings::add);
    }

    @Test
    void shouldNotTakeWhatAKilledProcessHadForASession() throws IOException {
        first.put(KEY, BYTES, LATER);
        second.take(KEY);

        assertThat(root.resolve("app/j00000002").resolve(KEY)).isEmptyFile();
    }

    @Test
    void shouldTellWhatHasWaitedTooLong() throws IOException {
        first.put(KEY, BYTES, Instant.now().minusSeconds(1));
        first.put("AAAA", BYTES, LATER);
        first.put("BBBB", BYTES, Instant.MAX);

        assertThat(second.expired()).containsExactly(KEY);
    }

    @Test
    void shouldRefuseASessionThatIsTooLarge() {
        assertThatThrownBy(() -> first.put(KEY, new byte[SessionFolder.MAX_SESSION_BYTES + 1], LATER))
                .hasMessageContaining("more than");
        assertThat(root.resolve("app/j00000001"))
                .isDirectoryNotContaining(file -> file.toString().contains("part-"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "..", "../../../etc/passwd", "lock", "listed", "abc", "AAAA/BBBB", "AA\nAA", "AAAA\u0000"})
    void shouldTakeNoHostileIdForAFile(String id) throws IOException {
        assertThat(SessionFolder.isKey(id)).isFalse();
        assertThat(second.isElsewhere(id + ".j00000001")).isFalse();
    }
}

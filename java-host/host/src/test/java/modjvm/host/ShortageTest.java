package modjvm.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ShortageTest {
    private static final IOException FULL = new IOException("Too many open files");

    private final FakeDescriptors descriptors = new FakeDescriptors();
    private final FakeLifecycle lifecycle = new FakeLifecycle(new byte[0], Path.of("/nowhere"));
    private final Shortage shortage = new Shortage(lifecycle, descriptors);

    private static long ms(long milliseconds) {
        return TimeUnit.MILLISECONDS.toNanos(milliseconds);
    }

    @Test
    void shouldAskOnceForAReplacementWhenDescriptorsDoNotComeBack() {
        descriptors.exhausted = 1024;
        for (long at = 0; at < 5000; at += 100) {
            shortage.lacksDescriptors(FULL, ms(at));
        }
        assertThat(lifecycle.events).containsExactly("replace open-files: all 1024 descriptors are in use, for 1 s");
    }

    @Test
    void shouldAskAgainWhereNobodyCouldTakeIt() {
        descriptors.exhausted = 1024;
        lifecycle.isFull = true;
        shortage.lacksDescriptors(FULL, 0);
        shortage.lacksDescriptors(FULL, ms(2000));
        assertThat(lifecycle.events).isEmpty();
        lifecycle.isFull = false;
        shortage.lacksDescriptors(FULL, ms(3000));
        assertThat(lifecycle.events).hasSize(1);
    }

    @Test
    void shouldNotAskWhereConnectionsAreTakenAgain() {
        descriptors.exhausted = 1024;
        for (long at = 0; at < 20_000; at += 900) {
            shortage.lacksDescriptors(FULL, ms(at));
            shortage.isOver();
        }
        assertThat(lifecycle.events).isEmpty();
    }

    @Test
    void shouldAskForAReplacementWhenThreadsDoNotComeBack() {
        OutOfMemoryError none = new OutOfMemoryError("unable to create native thread");
        shortage.lacksThreads(none, 0);
        shortage.lacksThreads(none, ms(9000));
        assertThat(lifecycle.events).isEmpty();
        shortage.lacksThreads(none, ms(10_000));
        assertThat(lifecycle.events)
                .containsExactly(
                        "replace no-threads: no thread for a connection, which waits: unable to create native thread, for 10 s");
    }

    @Test
    void shouldAskForAReplacementWhateverKeepsItFromAccepting() {
        shortage.lacksDescriptors(new IOException("Cannot allocate memory"), 0);
        shortage.lacksDescriptors(new IOException("Cannot allocate memory"), ms(10_000));
        assertThat(lifecycle.events.toString())
                .contains("replace accept-failed: ")
                .contains("Cannot allocate memory");
    }
}

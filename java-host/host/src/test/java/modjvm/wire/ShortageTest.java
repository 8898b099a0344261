package modjvm.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import modjvm.health.FakeSupervisor;
import org.junit.jupiter.api.Test;

class ShortageTest {
    private static final IOException FULL = new IOException("Too many open files");

    private final FakeDescriptors descriptors = new FakeDescriptors();
    private final FakeSupervisor supervisor = new FakeSupervisor();
    private final Shortage shortage = new Shortage(supervisor, descriptors);

    private static long ms(long milliseconds) {
        return TimeUnit.MILLISECONDS.toNanos(milliseconds);
    }

    @Test
    void shouldAskOnceForAReplacementWhenDescriptorsDoNotComeBack() {
        descriptors.exhausted = 1024;
        for (long at = 0; at < 5000; at += 100) {
            shortage.lacksDescriptors(FULL, ms(at));
        }
        assertThat(supervisor.events).containsExactly("replace open-files: all 1024 descriptors are in use, for 1 s");
    }

    @Test
    void shouldAskAgainWhereNobodyCouldTakeIt() {
        descriptors.exhausted = 1024;
        supervisor.isFull = true;
        shortage.lacksDescriptors(FULL, 0);
        shortage.lacksDescriptors(FULL, ms(2000));
        assertThat(supervisor.events).isEmpty();
        supervisor.isFull = false;
        shortage.lacksDescriptors(FULL, ms(3000));
        assertThat(supervisor.events).hasSize(1);
    }

    @Test
    void shouldNotAskWhereConnectionsAreTakenAgain() {
        descriptors.exhausted = 1024;
        for (long at = 0; at < 20_000; at += 900) {
            shortage.lacksDescriptors(FULL, ms(at));
            shortage.isOver();
        }
        assertThat(supervisor.events).isEmpty();
    }

    @Test
    void shouldAskForAReplacementWhenThreadsDoNotComeBack() {
        OutOfMemoryError none = new OutOfMemoryError("unable to create native thread");
        shortage.lacksThreads(none, 0);
        shortage.lacksThreads(none, ms(9000));
        assertThat(supervisor.events).isEmpty();
        shortage.lacksThreads(none, ms(10_000));
        assertThat(supervisor.events)
                .containsExactly(
                        "replace no-threads: no thread for a connection, which waits: unable to create native thread, for 10 s");
    }

    @Test
    void shouldAskForAReplacementWhateverKeepsItFromAccepting() {
        shortage.lacksDescriptors(new IOException("Cannot allocate memory"), 0);
        shortage.lacksDescriptors(new IOException("Cannot allocate memory"), ms(10_000));
        assertThat(supervisor.events.toString())
                .contains("replace accept-failed: ")
                .contains("Cannot allocate memory");
    }
}

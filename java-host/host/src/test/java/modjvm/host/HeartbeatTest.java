package modjvm.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HeartbeatTest {
    @ParameterizedTest
    @CsvSource({"60000, 15000", "600000, 15000", "4000, 1000", "400, 100", "1, 100"})
    void shouldBeatFourTimesWithinTheTimeout(long timeoutMillis, long pauseMillis) {
        FakeLifecycle lifecycle = new FakeLifecycle(new byte[0], Path.of("s"));
        Heartbeat heartbeat = new Heartbeat(lifecycle, Duration.ofMillis(timeoutMillis));

        assertThat(heartbeat.perform(0))
                .isEqualTo(Duration.ofMillis(pauseMillis).toNanos());
        assertThat(lifecycle.beats).hasValue(1);
    }
}

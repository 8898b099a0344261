package modjvm.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HeartbeatTest {
    @ParameterizedTest
    @CsvSource({"60000, 15000", "600000, 15000", "4000, 1000", "400, 100", "1, 100"})
    void shouldBeatFourTimesWithinTheTimeout(long timeoutMillis, long pauseMillis) {
        FakeSupervisor supervisor = new FakeSupervisor();
        Heartbeat heartbeat = new Heartbeat(supervisor, Duration.ofMillis(timeoutMillis));

        assertThat(heartbeat.perform(0))
                .isEqualTo(Duration.ofMillis(pauseMillis).toNanos());
        assertThat(supervisor.beats).hasValue(1);
    }
}

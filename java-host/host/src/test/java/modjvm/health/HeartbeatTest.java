package modjvm.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import modjvm.Response;
import modjvm.wire.Httpd;
import modjvm.wire.TestServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class HeartbeatTest {
    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    private final FakeSupervisor supervisor = new FakeSupervisor();
    private TestServer server;

    @BeforeEach
    void start() throws IOException {
        server = TestServer.serving(request -> Response.text("ok"));
    }

    @AfterEach
    void end() throws IOException {
        server.close();
    }

    private Heartbeat heartbeat(Duration timeout) {
        return new Heartbeat(new IdleClock(server.server, 0), supervisor, timeout);
    }

    @ParameterizedTest
    @CsvSource({"60000, 15000", "600000, 15000", "4000, 1000", "400, 100", "1, 100"})
    void shouldBeatFourTimesWithinTheTimeout(long timeoutMillis, long pauseMillis) {
        assertThat(heartbeat(Duration.ofMillis(timeoutMillis)).perform(0))
                .isEqualTo(Duration.ofMillis(pauseMillis).toNanos());
        assertThat(supervisor.beats).hasValue(1);
        assertThat(supervisor.events).isEmpty();
    }

    @Test
    void shouldRestWhileNothingIsServed() throws Exception {
        Heartbeat heartbeat = heartbeat(Duration.ofSeconds(60));
        assertThat(heartbeat.perform(10 * SECOND - 1)).isEqualTo(15 * SECOND);
        assertThat(heartbeat.perform(10 * SECOND)).isEqualTo(PeriodicTask.REST);
        assertThat(heartbeat.perform(100 * SECOND)).isEqualTo(PeriodicTask.REST);
        assertThat(supervisor.beats).hasValue(1);
        assertThat(supervisor.events).containsExactly("rests");

        try (Httpd httpd = server.connect()) {
            httpd.exchange(Httpd.get("/"));
        }
        assertThat(heartbeat.perform(101 * SECOND)).isEqualTo(15 * SECOND);
        assertThat(supervisor.beats).hasValue(2);
    }

    @Test
    void shouldBeatToTheEndOnceItDrains() throws Exception {
        Heartbeat heartbeat = heartbeat(Duration.ofSeconds(60));
        assertThat(heartbeat.perform(10 * SECOND)).isEqualTo(PeriodicTask.REST);
        server.server.drain();
        assertThat(heartbeat.perform(20 * SECOND)).isEqualTo(15 * SECOND);
        assertThat(heartbeat.perform(50 * SECOND)).isEqualTo(15 * SECOND);
        assertThat(supervisor.beats).hasValue(2);
    }

    @Test
    void shouldBeatForAsLongAsNobodyKnowsThatItRests() {
        Heartbeat heartbeat = heartbeat(Duration.ofSeconds(60));
        supervisor.isFull = true;
        assertThat(heartbeat.perform(20 * SECOND)).isEqualTo(15 * SECOND);
        assertThat(supervisor.beats).hasValue(1);
        supervisor.isFull = false;
        assertThat(heartbeat.perform(35 * SECOND)).isEqualTo(PeriodicTask.REST);
    }
}

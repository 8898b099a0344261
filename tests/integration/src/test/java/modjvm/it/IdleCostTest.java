package modjvm.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import modjvm.it.harness.Await;
import modjvm.it.harness.Http;
import modjvm.it.harness.Httpd;
import modjvm.it.harness.Jdk;
import modjvm.it.harness.Proc;
import modjvm.it.harness.RawClient;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a daemon costs that nobody uses: hundreds of them share a machine. Counts, which do not
 * depend on what else the machine does.
 */
@Order(1)
class IdleCostTest {
    /** Until memory is given back, and the JVM's own threads have become patient. */
    private static final Duration SETTLING = Duration.ofMinutes(4);

    private static final Duration PERIOD = Duration.ofSeconds(20);
    /** In a period, of a process; one or two were seen, 60 where nothing was done about them. */
    private static final long MOST_WAITS = 5;

    @AutoClose
    private static Httpd httpd;

    @BeforeAll
    static void start() {
        httpd = Httpd.with()
                .host("jdk17", host(17, "${AS1}"))
                .host("jdk25", host(25, "${AS2}"))
                .start();
    }

    private static String host(int release, String user) {
        return host("jdk" + release, release, user);
    }

    private static String host(String pool, int release, String options) {
        return "JVMDaemonProcess " + pool + " " + options + " java-home="
                + Jdk.of(release).home() + "\nJVMAlias / ${APPS}/Hello.java\n";
    }

    @ParameterizedTest
    @ValueSource(ints = {17, 25})
    void shouldHardlyWakeUp(int release) {
        String pool = "jdk" + release;
        Proc daemon = httpd.awaitReady(pool, 1).get(0);
        Proc supervisor = httpd.supervisor().orElseThrow();
        assertThat(Http.get(httpd.uri(pool, "/")).statusCode()).isEqualTo(200);
        awaitPeriod("few waits", PERIOD, () -> {
            long before = daemon.waits();
            long supervisorBefore = supervisor.waits();
            return () -> daemon.waits() - before <= MOST_WAITS && supervisor.waits() - supervisorBefore <= MOST_WAITS;
        });
        assertThat(Http.get(httpd.uri(pool, "/")).statusCode()).isEqualTo(200);
        assertThat(httpd.awaitReady(pool, 1)).containsExactly(daemon);
    }

    /** An httpd of its own: with so short a timeout, the supervisor looks each second. */
    @Test
    void shouldReplaceOneThatIsStuckOnceItIsAsked() throws IOException {
        try (Httpd other = Httpd.with()
                .host("stuck", host("stuck", 25, "${AS2} deadlock-timeout=4"))
                .start()) {
            Proc daemon = other.awaitReady("stuck", 1).get(0);
            awaitPeriod("no heartbeats", Duration.ofSeconds(3), () -> {
                long before = daemon.waits("modjvm-timer"::equals);
                return () -> daemon.waits("modjvm-timer"::equals) == before;
            });
            other.expect("pool stuck pid " + daemon.pid() + " (is killed: deadlock-timeout|ended: )");
            daemon.signal("STOP");
            try (RawClient client = new RawClient(other.port("stuck"))) {
                client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
                other.log("stuck").await("MJ0114: pool stuck pid " + daemon.pid() + " is killed: deadlock-timeout");
            }
            Http.await(other.uri("stuck", "/"), 200);
            assertThat(other.awaitReady("stuck", 1)).doesNotContain(daemon);
        }
    }

    /**
     * Looks at one period after the other until one was as wanted; a look takes no processor time.
     *
     * @param begin called when a period begins; what it returns tells when it ends whether it was
     */
    private static void awaitPeriod(String wanted, Duration period, Supplier<BooleanSupplier> begin) {
        long began = System.nanoTime();
        BooleanSupplier was;
        do {
            assertThat(Duration.ofNanos(System.nanoTime() - began))
                    .as("until a period with " + wanted)
                    .isLessThan(Await.scaled(SETTLING));
            was = begin.get();
            LockSupport.parkNanos(period.toNanos());
        } while (!was.getAsBoolean());
    }
}

package modjvm.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import modjvm.Response;
import modjvm.protocol.Frame;
import modjvm.wire.DrainTest;
import modjvm.wire.Httpd;
import modjvm.wire.TestServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is done about requests, and about their absence; no time passes but what the tests say. */
@Timeout(60)
class PeriodicTasksTest {
    private static final long DEADLINE_SECONDS = 30;
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final FakeSupervisor supervisor = new FakeSupervisor();
    private final List<String> log = new ArrayList<>();
    private final CountDownLatch inside = new CountDownLatch(1);
    private final CountDownLatch leave = new CountDownLatch(1);
    private TestServer server;

    @BeforeEach
    void start() throws IOException {
        server = TestServer.serving(request -> {
            if (request.pathInfo().equals("/stuck")) {
                inside.countDown();
                while (leave.getCount() > 0) {
                    LockSupport.parkNanos(SECOND / 1000);
                    Thread.interrupted(); // heeds nothing
                }
            }
            return request.pathInfo().equals("/tunnel")
                    ? Response.upgrade("raw", (in, out) -> in.read())
                    : Response.text("ok");
        });
    }

    @AfterEach
    void end() throws IOException {
        leave.countDown();
        server.close();
    }

    @Test
    void shouldTellOfIdlenessAgainAndAgain() throws Exception {
        Idleness idleness = new Idleness(new IdleClock(server.server, 0), supervisor, Duration.ofSeconds(10));
        assertThat(idleness.perform(SECOND)).isEqualTo(9 * SECOND);
        assertThat(idleness.perform(10 * SECOND - 5)).isEqualTo(5);
        assertThat(supervisor.events).isEmpty();
        assertThat(idleness.perform(10 * SECOND)).isEqualTo(SECOND);
        assertThat(idleness.perform(11 * SECOND)).isEqualTo(SECOND);
        assertThat(supervisor.events).containsExactly("idle", "idle");

        supervisor.events.clear();
        try (Httpd httpd = server.connect()) {
            assertThat(httpd.exchange(Httpd.get("/")).text()).isEqualTo("ok");
            awaitFinished(1);
            idleness.perform(12 * SECOND);
            idleness.perform(22 * SECOND - 1);
            assertThat(supervisor.events).isEmpty();
            idleness.perform(22 * SECOND);
            assertThat(supervisor.events).containsExactly("idle");
        }
    }

    @ParameterizedTest
    @CsvSource({"/stuck", "/tunnel"})
    void shouldNotBeIdleWhileAnythingIsServed(String path) throws Exception {
        Idleness idleness = new Idleness(new IdleClock(server.server, 0), supervisor, Duration.ofSeconds(10));
        try (Httpd httpd = server.connect()) {
            httpd.send(Httpd.get(path));
            awaitInFlight(1);
            idleness.perform(100 * SECOND);
            assertThat(supervisor.events).isEmpty();
        }
    }

    @Test
    void shouldAskForAReplacementAfterTheMaximumOfRequestsOnce() throws Exception {
        MaximumRequests maximum = new MaximumRequests(server.server, supervisor, 3, 0);
        try (Httpd httpd = server.connect()) {
            httpd.exchange(Httpd.get("/"));
            httpd.exchange(Httpd.get("/"));
            awaitFinished(2);
            assertThat(maximum.perform(0)).isEqualTo(PeriodicTask.REST);
            httpd.exchange(Httpd.get("/"));
            awaitFinished(3);
        }
        supervisor.isFull = true;
        assertThat(maximum.perform(0)).isEqualTo(SECOND);
        supervisor.isFull = false;
        assertThat(maximum.perform(0)).isEqualTo(PeriodicTask.NEVER);
        assertThat(supervisor.events).containsExactly("replace maximum-requests: 3 requests");
    }

    @Test
    void shouldAskWithTheLastRequestOfTheMaximum() throws Exception {
        new MaximumRequests(server.server, supervisor, 2, 0).begin();
        try (Httpd httpd = server.connect()) {
            httpd.exchange(Httpd.get("/"));
            awaitFinished(1);
            assertThat(supervisor.events).isEmpty();
            httpd.exchange(Httpd.get("/"));
            awaitFinished(2);
        }
        long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (supervisor.events.isEmpty() && System.nanoTime() < deadline) {
            Thread.onSpinWait();
        }
        assertThat(supervisor.events).containsExactly("replace maximum-requests: 2 requests");
    }

    @ParameterizedTest
    @CsvSource({"20, 0, 20", "20, 0.999, 19", "10, 0.999, 10", "1, 0.5, 1"})
    void shouldLeaveOutUpToATenthOfThem(long maximum, double random, int limit) throws Exception {
        MaximumRequests task = new MaximumRequests(server.server, supervisor, maximum, random);
        try (Httpd httpd = server.connect()) {
            for (int served = 0; served < limit; served++) {
                assertThat(task.perform(0)).isEqualTo(PeriodicTask.REST);
                httpd.exchange(Httpd.get("/"));
                awaitFinished(served + 1);
            }
        }
        assertThat(task.perform(0)).isEqualTo(PeriodicTask.NEVER);
    }

    @Test
    void shouldReportAnOverdueRequestOnceAndWaitForItNoMore() throws Exception {
        OverdueRequests overdue = new OverdueRequests(server.server, supervisor, Duration.ofSeconds(35), log::add);
        assertThat(overdue.perform(System.nanoTime())).isEqualTo(PeriodicTask.REST);
        try (Httpd stuck = server.connect();
                Httpd tunnel = server.connect()) {
            stuck.send(Httpd.get("/stuck").with("target", "/shop/stuck?secret=1"));
            tunnel.send(Httpd.get("/tunnel"));
            assertThat(inside.await(DEADLINE_SECONDS, TimeUnit.SECONDS)).isTrue();
            assertThat(tunnel.read()).isInstanceOf(Frame.Welcome.class);
            assertThat(tunnel.read()).isInstanceOf(Frame.Upgraded.class);
            long now = System.nanoTime();
            assertThat(overdue.perform(now)).isBetween(1L, 35 * SECOND);
            assertThat(overdue.perform(now + 30 * SECOND)).isBetween(1L, 5 * SECOND);
            assertThat(supervisor.events).isEmpty();
            assertThat(log).isEmpty();

            supervisor.isFull = true;
            assertThat(overdue.perform(now + 36 * SECOND)).isEqualTo(SECOND);
            supervisor.isFull = false;
            overdue.perform(now + 37 * SECOND);
            overdue.perform(now + 38 * SECOND);
            String text = supervisor.events.remove();
            assertThat(text)
                    .matches("replace request-timeout: GET /shop/stuck ran for 3[67] s in modjvm-connection-\\d");
            assertThat(supervisor.events).isEmpty();
            assertThat(log).hasSize(1);
            assertThat(log.get(0))
                    .startsWith(text.substring("replace ".length()) + " and ignores its interrupt\n\tat ")
                    .contains("modjvm.health.PeriodicTasksTest");

            // It holds its place, but nobody waits for it; the tunnel is waited for.
            CompletableFuture<Void> drained = DrainTest.drain(server);
            assertThat(server.server.count().inFlight()).isEqualTo(1);
            assertThat(drained).isNotDone();
            tunnel.sendMore(Httpd.end());
            drained.get(DEADLINE_SECONDS, TimeUnit.SECONDS);
            assertThat(leave.getCount()).isOne();
            leave.countDown();
            awaitFinished(2);
            assertThat(server.server.count().inFlight()).isZero();
        }
    }

    private void awaitFinished(long finished) {
        await(() -> server.server.count().finished() == finished);
    }

    private void awaitInFlight(int inFlight) {
        await(() -> server.server.count().inFlight() == inFlight);
    }

    private static void await(java.util.function.BooleanSupplier condition) {
        long deadline = System.nanoTime() + DEADLINE_SECONDS * SECOND;
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            Thread.onSpinWait();
        }
    }
}

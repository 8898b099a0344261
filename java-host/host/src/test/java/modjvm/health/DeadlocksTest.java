package modjvm.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import modjvm.Response;
import modjvm.wire.Httpd;
import modjvm.wire.TestServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class DeadlocksTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final FakeSupervisor supervisor = new FakeSupervisor();
    private final List<String> log = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private final CyclicBarrier bothHoldOne = new CyclicBarrier(2);
    private final ReentrantLock one = new ReentrantLock();
    private final ReentrantLock two = new ReentrantLock();
    private TestServer server;
    private IdleClock idleClock;

    @BeforeEach
    void serve() throws IOException {
        server = TestServer.serving(request -> Response.text("ok"));
        idleClock = new IdleClock(server.server, 0);
    }

    @AfterEach
    void close() throws Exception {
        end();
        server.close();
    }

    private void end() throws InterruptedException {
        for (Thread thread : threads) {
            thread.interrupt();
            thread.join();
        }
    }

    @Test
    void shouldReportADeadlockThatItFindsTwice() {
        Deadlocks deadlocks = new Deadlocks(idleClock, supervisor, Duration.ofSeconds(60), 0, log::add);
        assertThat(deadlocks.perform(SECOND)).isEqualTo(29 * SECOND);
        assertThat(deadlocks.perform(30 * SECOND)).isEqualTo(300 * SECOND); // nothing is served
        start("left", one, two);
        start("right", two, one);
        awaitDeadlock();

        assertThat(deadlocks.perform(330 * SECOND)).isEqualTo(30 * SECOND);
        assertThat(log).isEmpty();
        supervisor.isFull = true;
        assertThat(deadlocks.perform(360 * SECOND)).isEqualTo(SECOND);
        supervisor.isFull = false;
        assertThat(deadlocks.perform(361 * SECOND)).isEqualTo(PeriodicTask.NEVER);
        assertThat(supervisor.events.remove()).matches("replace deadlock-timeout: (left, right|right, left)");
        assertThat(supervisor.events).isEmpty();
        assertThat(log).hasSize(1);
        assertThat(log.get(0))
                .startsWith("deadlock-timeout: 2 threads wait for one another\n")
                .contains("left waits for java.util.concurrent.locks.ReentrantLock", ", held by right\n\tat ")
                .contains("right waits for java.util.concurrent.locks.ReentrantLock", ", held by left\n\tat ")
                .contains("modjvm.health.DeadlocksTest.");
    }

    @Test
    void shouldForgetWhatComesUndone() throws Exception {
        Deadlocks deadlocks = new Deadlocks(idleClock, supervisor, Duration.ofMillis(100), 0, log::add);
        start("left", one, two);
        start("right", two, one);
        awaitDeadlock();

        assertThat(deadlocks.perform(SECOND)).isEqualTo(SECOND / 2);
        assertThat(supervisor.events).isEmpty();
        end();
        assertThat(deadlocks.perform(2 * SECOND)).isEqualTo(SECOND / 2);
        assertThat(deadlocks.perform(3 * SECOND)).isEqualTo(SECOND / 2);
        assertThat(supervisor.events).isEmpty();
        assertThat(log).isEmpty();
    }

    @Test
    void shouldLeaveTheJdkAloneWhileNobodyWaitsForAnother() {
        Deadlocks.Threads none = new Deadlocks.Threads() {
            @Override
            public boolean mayFormCircle() {
                return false;
            }

            @Override
            public ThreadMXBean ofJdk() {
                throw new AssertionError("asked");
            }
        };
        Deadlocks deadlocks = new Deadlocks(idleClock, supervisor, Duration.ofMillis(100), 0, log::add, none);
        assertThat(deadlocks.perform(SECOND)).isEqualTo(SECOND / 2);
    }

    @Test
    void shouldLookSoonOnceSomethingIsServed() throws Exception {
        Deadlocks deadlocks = new Deadlocks(idleClock, supervisor, Duration.ofSeconds(60), 0, log::add);
        assertThat(deadlocks.perform(30 * SECOND)).isEqualTo(300 * SECOND);
        assertThat(deadlocks.perform(40 * SECOND)).isEqualTo(290 * SECOND);
        try (Httpd httpd = server.connect()) {
            httpd.exchange(Httpd.get("/"));
        }
        assertThat(deadlocks.perform(50 * SECOND)).isEqualTo(30 * SECOND);
        assertThat(deadlocks.perform(70 * SECOND)).isEqualTo(10 * SECOND);
    }

    private void start(String name, ReentrantLock first, ReentrantLock second) {
        Thread thread = new Thread(
                () -> {
                    first.lock();
                    try {
                        bothHoldOne.await();
                        second.lockInterruptibly();
                    } catch (Exception e) {
                        // The test is over.
                    } finally {
                        first.unlock();
                    }
                },
                name);
        thread.setDaemon(true);
        threads.add(thread);
        thread.start();
    }

    private void awaitDeadlock() {
        long deadline = System.nanoTime() + 30 * SECOND;
        while (!one.hasQueuedThreads()
                || !two.hasQueuedThreads()
                || threads.stream().anyMatch(thread -> thread.getState() != Thread.State.WAITING)) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            Thread.onSpinWait();
        }
    }
}

package modjvm.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.ref.WeakReference;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import modjvm.Response;
import modjvm.wire.Httpd;
import modjvm.wire.TestServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** When memory is given back; no time passes but what the tests say. */
@Timeout(60)
class MemoryTrimmerTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final long MEGABYTE = 1 << 20;
    /** Longer than what a collection in a test could put the next one off by. */
    private static final long HOUR = TimeUnit.HOURS.toNanos(1);

    private final FakeMemory memory = new FakeMemory();
    private final CountDownLatch leave = new CountDownLatch(1);
    private TestServer server;
    private MemoryTrimmer trimmer;

    @BeforeEach
    void start() throws IOException {
        server = TestServer.serving(request -> {
            if (request.pathInfo().equals("/held")) {
                leave.await();
            }
            return Response.text("ok");
        });
        trimmer = new MemoryTrimmer(new IdleClock(server.server, 0), memory, 0);
    }

    @AfterEach
    void end() throws IOException {
        leave.countDown();
        server.close();
    }

    /** Performs at that second. */
    private long at(long nanos) {
        return trimmer.perform(nanos);
    }

    private void request() throws Exception {
        long finished = server.server.count().finished();
        try (Httpd httpd = server.connect()) {
            httpd.exchange(Httpd.get("/"));
        }
        while (server.server.count().finished() == finished) {
            LockSupport.parkNanos(SECOND / 1000);
        }
    }

    @Test
    void shouldGiveMemoryBackOnceItHasBeenQuiet() {
        WeakReference<Object> garbage = new WeakReference<>(new Object());
        at(0);
        at(10 * SECOND - 1);
        assertThat(garbage.get()).isNotNull();
        assertThat(at(10 * SECOND)).isEqualTo(SECOND);
        assertThat(garbage.get()).isNull();
        assertThat(memory.hollowed).isZero();
        assertThat(at(11 * SECOND)).isEqualTo(6 * SECOND);
        assertThat(memory.hollowed).isPositive();
        assertThat(memory.givenBack).isZero();
        at(17 * SECOND);
        assertThat(memory.givenBack).isOne();
        at(HOUR);
        at(2 * HOUR);
        assertThat(memory.givenBack).isOne();
    }

    /** A collection by the JVM's own choice ends it early, and is no matter of this test: it looks again. */
    @Test
    void shouldGiveTheFreeHeapBackInFewPiecesWhereItsSizeIsKnown() {
        memory.edenBytes = 8 << 20;
        long collections;
        long now = 0;
        do {
            memory.hollowed = 0;
            memory.hollowedBytes = 0;
            trimmer = new MemoryTrimmer(new IdleClock(server.server, now), memory, now);
            at(now);
            at(now + 10 * SECOND);
            collections = collections();
            at(now + 11 * SECOND);
            now += HOUR;
        } while (collections() != collections);
        assertThat(memory.hollowed).isBetween(1, 10);
        assertThat(memory.hollowedBytes).isBetween(7L * MEGABYTE, 8L * MEGABYTE);
    }

    private static long collections() {
        return ManagementFactory.getGarbageCollectorMXBeans().stream()
                .mapToLong(GarbageCollectorMXBean::getCollectionCount)
                .sum();
    }

    @Test
    void shouldGiveMemoryBackAfterEachTimeOfWorkThatHasTakenSome() throws Exception {
        giveBackFrom(0);
        request();
        memory.residentBytes += 4 * MEGABYTE - 1; // not worth a collection
        giveBackFrom(HOUR);
        assertThat(memory.givenBack).isOne();
        request();
        memory.residentBytes += 1;
        giveBackFrom(2 * HOUR);
        assertThat(memory.givenBack).isEqualTo(2);
    }

    private void giveBackFrom(long nanos) {
        at(nanos);
        at(nanos + 10 * SECOND);
        at(nanos + 11 * SECOND);
        at(nanos + 17 * SECOND);
    }

    @Test
    void shouldStartAnewWithARequestInBetween() throws Exception {
        at(0);
        at(10 * SECOND);
        request();
        at(11 * SECOND);
        assertThat(memory.hollowed).isZero();
        at(HOUR);
        at(HOUR + SECOND);
        request();
        at(HOUR + 7 * SECOND);
        assertThat(memory.givenBack).isZero();
    }

    @Test
    void shouldNotCollectWhileARequestRuns() throws Exception {
        try (Httpd httpd = server.connect()) {
            httpd.send(Httpd.get("/held"));
            while (server.server.count().inFlight() == 0) {
                LockSupport.parkNanos(SECOND / 1000);
            }
            giveBackFrom(HOUR);
            assertThat(memory.hollowed).isZero();
            assertThat(memory.givenBack).isZero();
        }
    }
}

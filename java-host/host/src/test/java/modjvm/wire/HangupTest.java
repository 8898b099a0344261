package modjvm.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.OutputStream;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import modjvm.Response;
import modjvm.spi.MemoryExchange;
import modjvm.spi.MemoryRequest;
import org.junit.jupiter.api.Test;

/** httpd closes a connection whose request is in an application. */
class HangupTest {
    @Test
    void shouldInterruptTheApplicationAndFreeItsPermit() throws Exception {
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch never = new CountDownLatch(1);
        CountDownLatch interrupted = new CountDownLatch(1);
        try (TestServer server = new TestServer(1, definition -> request -> {
                    if (request.pathInfo().equals("/slow")) {
                        inside.countDown();
                        try {
                            never.await();
                        } catch (InterruptedException e) {
                            interrupted.countDown();
                            throw e;
                        }
                    }
                    return Response.text("ok");
                });
                Httpd other = server.connect()) {
            assertThat(other.exchange(Httpd.get("/")).text()).isEqualTo("ok");
            server.hangups.watched.take();
            try (Httpd slow = server.connect()) {
                slow.send(Httpd.get("/slow"));
                assertThat(inside.await(10, TimeUnit.SECONDS)).isTrue();
            }
            server.hangups.hangUp(server.hangups.watched.take());
            assertThat(interrupted.await(10, TimeUnit.SECONDS)).isTrue();
            server.server.drain(); // waits for the permit
            assertThat(never.getCount()).isOne();
        }
    }

    @Test
    void shouldLeaveOtherConnectionsAlone() throws Exception {
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch leave = new CountDownLatch(1);
        AtomicBoolean interrupted = new AtomicBoolean();
        try (TestServer server = new TestServer(2, definition -> request -> {
                    if (request.pathInfo().equals("/slow")) {
                        inside.countDown();
                        leave.await();
                        interrupted.set(Thread.currentThread().isInterrupted());
                    }
                    return Response.text("ok");
                });
                Httpd idle = server.connect();
                Httpd slow = server.connect()) {
            assertThat(idle.exchange(Httpd.get("/")).text()).isEqualTo("ok");
            long first = server.hangups.watched.take();
            slow.send(Httpd.get("/slow"));
            assertThat(inside.await(10, TimeUnit.SECONDS)).isTrue();
            server.hangups.hangUp(first);
            leave.countDown();
            assertThat(slow.answer().text()).isEqualTo("ok");
            assertThat(interrupted).isFalse();
        }
    }

    @Test
    void shouldInterruptWhoStartsToServeAfterwards() throws Exception {
        AbortSignal signal = new AbortSignal();
        signal.hangUp();
        signal.enter(request());
        assertThat(Thread.currentThread().isInterrupted()).isTrue();
        signal.leave();
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
        assertThat(signal.isGone()).isTrue();
    }

    @Test
    void shouldNotInterruptWhoHasLeft() throws Exception {
        AbortSignal signal = new AbortSignal();
        signal.enter(request());
        signal.leave();
        signal.hangUp();
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    private static MemoryExchange request() {
        return new MemoryExchange(new MemoryRequest("", "/", ""), OutputStream.nullOutputStream());
    }
}

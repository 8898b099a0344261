package modjvm.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import modjvm.Response;
import modjvm.protocol.Frame;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
public class DrainTest {
    private final CountDownLatch inside = new CountDownLatch(1);
    private final CountDownLatch leave = new CountDownLatch(1);

    private TestServer start() throws IOException {
        return TestServer.serving(request -> {
            if (request.pathInfo().equals("/slow")) {
                inside.countDown();
                leave.await();
            }
            return Response.text("ok");
        });
    }

    public static CompletableFuture<Void> drain(TestServer server) {
        return CompletableFuture.runAsync(() -> {
            try {
                server.server.drain();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    @Test
    void shouldCloseIdleConnectionsAndRefuseTheRest() throws Exception {
        try (TestServer server = start();
                Httpd idle = server.connect();
                Httpd unused = server.connect();
                Httpd slow = server.connect()) {
            assertThat(idle.exchange(Httpd.get("/")).text()).isEqualTo("ok");
            slow.send(Httpd.get("/slow"));
            assertThat(inside.await(10, TimeUnit.SECONDS)).isTrue();
            CompletableFuture<Void> drained = drain(server);
            assertThat(idle.isClosedByDaemon()).isTrue();
            assertThat(unused.isClosedByDaemon()).isTrue();
            try (Httpd late = connectAndBeRefused(server)) {
                assertThat(late.exchange(Httpd.get("/")).head()).isEqualTo(new Frame.Refused(2, Frame.Reason.DRAINING));
                assertThat(drained).isNotDone();
                leave.countDown();
                Httpd.Answer answer = slow.answer();
                assertThat(answer.text()).isEqualTo("ok");
                assertThat(answer.isWhole()).isTrue();
                drained.get(10, TimeUnit.SECONDS);
                assertThat(late.isClosedByDaemon()).isTrue();
                assertThat(slow.isClosedByDaemon()).isTrue();
            }
        }
    }

    /** A connection that comes while those before are being closed may be closed with them. */
    private static Httpd connectAndBeRefused(TestServer server) throws IOException {
        while (true) {
            Httpd late = server.connect();
            try {
                assertThat(late.exchange(Httpd.get("/")).head()).isEqualTo(new Frame.Refused(1, Frame.Reason.DRAINING));
                return late;
            } catch (IOException e) {
                assertThat(e).hasMessageMatching("Broken pipe|Connection reset.*");
                late.close();
            }
        }
    }

    @Test
    void shouldBeDoneAtOnceWithNothingInFlight() throws Exception {
        try (TestServer server = start();
                Httpd idle = server.connect()) {
            assertThat(idle.exchange(Httpd.get("/")).text()).isEqualTo("ok");
            drain(server).get(10, TimeUnit.SECONDS);
            assertThat(idle.isClosedByDaemon()).isTrue();
            drain(server).get(10, TimeUnit.SECONDS);
        }
    }

    /**
     * Every request of a connection is answered, refused, or not read at all: httpd may send the
     * last two elsewhere.
     */
    @Test
    void shouldLoseNoRequestUnderLoad() throws Exception {
        for (int round = 0; round < 30; round++) {
            try (TestServer server = TestServer.serving(request -> Response.text("ok"))) {
                CountDownLatch running = new CountDownLatch(8);
                CompletableFuture<?>[] clients = new CompletableFuture<?>[8];
                for (int i = 0; i < clients.length; i++) {
                    Httpd httpd = server.connect();
                    clients[i] = CompletableFuture.runAsync(
                            () -> {
                                try (httpd) {
                                    load(httpd, running);
                                } catch (IOException e) {
                                    throw new java.io.UncheckedIOException(e);
                                }
                            },
                            task -> new Thread(task).start());
                }
                assertThat(running.await(10, TimeUnit.SECONDS)).isTrue();
                drain(server).get(10, TimeUnit.SECONDS);
                for (CompletableFuture<?> client : clients) {
                    client.get(10, TimeUnit.SECONDS);
                }
            }
        }
    }

    private static void load(Httpd httpd, CountDownLatch running) throws IOException {
        for (boolean isNew = true; ; ) {
            try {
                httpd.send(Httpd.get("/"));
            } catch (IOException e) {
                assertThat(e).hasMessageContaining("Broken pipe");
                return;
            }
            try {
                if (httpd.answer().head() instanceof Frame.Response && isNew) {
                    isNew = false;
                    running.countDown();
                }
            } catch (IOException e) {
                // Not EOF: that would mean that the daemon had read the request.
                assertThat(e).hasMessageContaining("reset");
                return;
            }
        }
    }
}

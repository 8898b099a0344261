package modjvm.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import modjvm.Response;
import modjvm.protocol.Frame;
import modjvm.protocol.HttpdCodec;
import modjvm.spi.LoadException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ServerTest {
    @Test
    void shouldAnswerInOneWriteWithTheWelcome() throws IOException {
        try (TestServer server = TestServer.serving(request -> Response.text("Hello, " + request.pathInfo() + "\n"));
                Httpd httpd = server.connect()) {
            httpd.send(Httpd.get("/world"));
            httpd.readSome();
            Httpd.Answer answer = httpd.answer();
            assertThat(httpd.hasPending()).isFalse();
            assertThat(answer.welcome()).isTrue();
            assertThat(answer.frames().get(0))
                    .isEqualTo(new Frame.Welcome(0, ProcessHandle.current().pid()));
            assertThat(answer.head())
                    .isEqualTo(new Frame.Response(
                            1,
                            true,
                            false,
                            200,
                            14,
                            List.of(new Frame.Field("Content-Type", "text/plain; charset=utf-8"))));
            assertThat(answer.text()).isEqualTo("Hello, /world\n");
            assertThat(answer.isWhole()).isTrue();
        }
    }

    @Test
    void shouldServeOneRequestAfterAnother() throws IOException {
        try (TestServer server = TestServer.serving(request -> Response.text(request.pathInfo()));
                Httpd httpd = server.connect()) {
            for (int i = 1; i <= 3; i++) {
                Httpd.Answer answer = httpd.exchange(Httpd.get("/" + i));
                assertThat(answer.text()).isEqualTo("/" + i);
                assertThat(answer.welcome()).isEqualTo(i == 1);
                assertThat(answer.head().serial()).isEqualTo(i);
            }
        }
    }

    @Test
    void shouldLeaveOutSerialZeroWhenSerialsStartAnew() throws IOException {
        try (TestServer server = TestServer.serving(request -> Response.status(204));
                Httpd httpd = server.connect()) {
            for (int i = 0; i < 0xffff; i++) {
                httpd.exchange(Httpd.get("/"));
            }
            assertThat(httpd.serial()).isEqualTo(0xffff);
            assertThat(httpd.exchange(Httpd.get("/")).head().serial()).isEqualTo(1);
        }
    }

    @Test
    void shouldTakeTheSameByteByByte() throws IOException {
        try (TestServer server = TestServer.serving(
                        request -> Response.bytes(request.body().readAllBytes(), "a/b"));
                Httpd httpd = server.connect()) {
            for (int i = 0; i < 2; i++) {
                byte[] x = Httpd.data(new byte[] {'x'});
                byte[] yz = Httpd.data(new byte[] {'y', 'z'});
                for (byte octet : httpd.next(Httpd.post(3), x, yz, Httpd.end())) {
                    httpd.sendRaw(new byte[] {octet});
                }
                assertThat(httpd.answer().text()).isEqualTo("xyz");
            }
        }
    }

    @Test
    void shouldTakeHeadsOfEverySize() throws IOException {
        try (TestServer server = TestServer.serving(request -> Response.text(
                        request.headers().first("X-Long").orElseThrow().length() + ""));
                Httpd httpd = server.connect()) {
            for (int length : new int[] {1, 15000, 16384, 20000, 65534, 65535, 65536, 1_000_000, 4_000_000}) {
                assertThat(httpd.exchange(Httpd.get("/").withHeader("X-Long", "l".repeat(length)))
                                .text())
                        .isEqualTo(length + "");
            }
            HttpdCodec.RequestBuilder greatest = Httpd.get("/").withHeader("X-Long", "");
            for (int i = 0; i < 63; i++) {
                greatest.withHeader("X-Other", "o".repeat(65535));
            }
            assertThat(httpd.exchange(greatest).text()).isEqualTo("0");
        }
    }

    @Test
    void shouldSayWhyAnApplicationCannotBeLoadedAndTryAgain() throws IOException {
        AtomicInteger calls = new AtomicInteger();
        try (TestServer server = new TestServer(5, definition -> {
                    if (calls.incrementAndGet() == 1) {
                        throw new LoadException(404, "/srv/app: no such file");
                    }
                    return request -> Response.text("mended");
                });
                Httpd httpd = server.connect()) {
            assertThat(httpd.exchange(Httpd.get("/")).head())
                    .isEqualTo(new Frame.Failed(1, 404, "/srv/app: no such file"));
            assertThat(httpd.exchange(Httpd.get("/")).text()).isEqualTo("mended");
        }
    }

    @Test
    void shouldTellApplicationsApartOnOneConnection() throws IOException {
        try (TestServer server = new TestServer(5, definition -> request -> Response.bytes(definition, "a/b"));
                Httpd httpd = server.connect()) {
            for (String target : List.of("one", "one", "other", "one")) {
                HttpdCodec.RequestBuilder request = new HttpdCodec.RequestBuilder().withDefinition("target", target);
                assertThat(httpd.exchange(request).text()).endsWith(target);
            }
        }
    }

    @Test
    void shouldNeverHaveMoreRequestsInApplicationsThanThreads() throws Exception {
        int threads = 5;
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        AtomicInteger served = new AtomicInteger();
        AtomicInteger refused = new AtomicInteger();
        List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
        try (TestServer server = new TestServer(threads, definition -> request -> {
            most.accumulateAndGet(inside.incrementAndGet(), Math::max);
            // The work: long enough for others to come.
            LockSupport.parkNanos(200_000);
            inside.decrementAndGet();
            return Response.text("ok");
        })) {
            List<Thread> clients = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                clients.add(new Thread(() -> {
                    try (Httpd httpd = server.connect()) {
                        for (int answered = 0; answered < 40; ) {
                            if (httpd.exchange(Httpd.get("/")).head() instanceof Frame.Refused refusal) {
                                assertThat(refusal.reason()).isEqualTo(Frame.Reason.FULL);
                                refused.incrementAndGet();
                            } else {
                                served.incrementAndGet();
                                answered++;
                            }
                        }
                    } catch (Throwable e) {
                        failures.add(e);
                    }
                }));
            }
            clients.forEach(Thread::start);
            for (Thread client : clients) {
                client.join();
            }
        }
        assertThat(failures).isEmpty();
        assertThat(served).hasValue(50 * 40);
        assertThat(most).hasValue(threads);
        assertThat(refused.get()).isPositive();
    }

    @Test
    void shouldRefuseWhenFullAndDropTheBody() throws Exception {
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch leave = new CountDownLatch(1);
        try (TestServer server = new TestServer(1, definition -> request -> {
                    if (request.pathInfo().equals("/slow")) {
                        inside.countDown();
                        leave.await();
                    }
                    return Response.text("ok");
                });
                Httpd slow = server.connect();
                Httpd other = server.connect()) {
            slow.send(Httpd.get("/slow"));
            assertThat(inside.await(10, TimeUnit.SECONDS)).isTrue();
            HttpdCodec.RequestBuilder large = Httpd.post(70000).withHeader("X-Long", "x".repeat(20000));
            other.send(large, Httpd.data(16_000));
            assertThat(other.answer().head()).isEqualTo(new Frame.Refused(1, Frame.Reason.FULL));
            other.sendMore(Httpd.data(1), Httpd.cut());
            assertThat(other.exchange(Httpd.get("/")).head()).isEqualTo(new Frame.Refused(2, Frame.Reason.FULL));
            leave.countDown();
            assertThat(slow.answer().text()).isEqualTo("ok");
            // The permit was free before the answer had come.
            assertThat(other.exchange(Httpd.get("/")).text()).isEqualTo("ok");
        }
    }

    @Test
    void shouldFreeThePermitBeforeTheLastBytesLeave() throws IOException {
        byte[] body = new byte[200000];
        try (TestServer server = new TestServer(1, definition -> request -> Response.bytes(body, "a/b"));
                Httpd one = server.connect();
                Httpd two = server.connect()) {
            for (int i = 0; i < 500; i++) {
                assertThat(one.exchange(Httpd.get("/")).body()).hasSize(body.length);
                assertThat(two.exchange(Httpd.get("/")).body()).hasSize(body.length);
            }
        }
    }

    @Test
    void shouldGiveConnectionsTheSendBufferThatTheSettingsSay() throws Exception {
        int bytes = 33_000;
        try (TestServer server = new TestServer(
                        new WireSettings(-1, TestServer.key(), 0, 1, bytes, false),
                        definition -> request -> Response.text("ok"),
                        TestServer.platformThreads());
                Httpd httpd = server.connect()) {
            assertThat(httpd.exchange(Httpd.get("/")).text()).isEqualTo("ok");
            assertThat(server.hangups.channels.take().getOption(StandardSocketOptions.SO_SNDBUF))
                    .isEqualTo(bytes);
        }
    }

    @Test
    void shouldEndTheProcessAfterAnErrorOfTheVirtualMachine() throws Exception {
        try (TestServer server = TestServer.serving(request -> {
                    throw new OutOfMemoryError("of a test");
                });
                Httpd httpd = server.connect()) {
            httpd.send(Httpd.get("/"));
            assertThat(server.fatal.await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(httpd.isClosedByDaemon()).isTrue();
        }
    }

    @Test
    void shouldCloseAtOnceWhatCameWithoutARequest() throws IOException {
        try (TestServer server = TestServer.serving(request -> Response.text("ok"))) {
            try (Httpd silent = server.connect()) {
                silent.shutdownOutput();
                assertThat(silent.isClosedByDaemon()).isTrue();
            }
            try (Httpd cut = server.connect()) {
                cut.sendRaw(new byte[] {0, 0, 0});
                cut.shutdownOutput();
                assertThat(cut.isClosedByDaemon()).isTrue();
            }
            try (Httpd next = server.connect()) {
                assertThat(next.exchange(Httpd.get("/")).text()).isEqualTo("ok");
            }
        }
    }
}

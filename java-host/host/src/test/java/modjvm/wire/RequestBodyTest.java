package modjvm.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.io.InputStream;
import java.util.Random;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32;
import modjvm.Request;
import modjvm.Response;
import modjvm.protocol.Constants;
import modjvm.protocol.Frame;
import modjvm.protocol.HttpdCodec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class RequestBodyTest {
    private static Response echo(Request request) throws IOException {
        return Response.bytes(request.body().readAllBytes(), "application/octet-stream");
    }

    @Test
    void shouldBeAtItsEndWhereThereIsNone() throws IOException {
        try (TestServer server = TestServer.serving(request -> {
                    assertThat(request.body()).isSameAs(request.body());
                    assertThat(request.body().available()).isZero();
                    assertThat(request.body().read(new byte[0])).isZero();
                    return Response.text(request.contentLength() + " "
                            + request.body().read() + request.body().read(new byte[5]));
                });
                Httpd httpd = server.connect()) {
            assertThat(httpd.exchange(Httpd.get("/")).text()).isEqualTo("OptionalLong.empty -1-1");
            assertThat(httpd.exchange(Httpd.post(0), Httpd.end()).text()).isEqualTo("OptionalLong[0] -1-1");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 100, 8192, 16384})
    void shouldNeedNoCreditForWhatItHas(int length) throws IOException {
        try (TestServer server = TestServer.serving(RequestBodyTest::echo);
                Httpd httpd = server.connect()) {
            byte[] body = new byte[length];
            new Random(length).nextBytes(body);
            for (long stated : new long[] {length, Frame.LENGTH_UNKNOWN}) {
                Httpd.Answer answer = httpd.exchange(Httpd.post(stated), Httpd.data(body), Httpd.end());
                assertThat(answer.body()).isEqualTo(body);
                if (stated >= 0) {
                    assertThat(answer.frames()).noneMatch(frame -> frame instanceof Frame.Credit);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 16_385, 65_535, 65_536})
    void shouldReadAWholeBodyBeforeItCallsTheApplication(int length) throws IOException {
        BlockingQueue<Integer> available = new ArrayBlockingQueue<>(2);
        try (TestServer server = TestServer.serving(request -> {
                    byte[] one = {(byte) request.body().read()};
                    available.add(request.body().available());
                    return Response.bytes(one, "a/b");
                });
                Httpd httpd = server.connect()) {
            for (long stated : new long[] {length, Frame.LENGTH_UNKNOWN}) {
                Httpd.Answer answer = httpd.exchange(Httpd.post(stated).whole(), Httpd.data(length), Httpd.end());
                assertThat(answer.body()).hasSize(1);
                assertThat(available.remove()).isEqualTo(length - 1);
                assertThat(answer.frames()).noneMatch(frame -> frame instanceof Frame.Credit);
            }
        }
    }

    @Test
    void shouldNotCallTheApplicationWithAPartOfAWholeBody() throws Exception {
        BlockingQueue<String> called = new ArrayBlockingQueue<>(1);
        try (TestServer server = TestServer.serving(request -> {
            called.add("called");
            return Response.text("ok");
        })) {
            try (Httpd httpd = server.connect()) {
                httpd.send(Httpd.post(30_000).whole());
                httpd.sendMore(Httpd.data(30_000));
            }
            try (Httpd httpd = server.connect()) {
                httpd.send(Httpd.post(30_000).whole());
                httpd.sendMore(Httpd.end());
                assertThat(httpd.isClosedByDaemon()).isTrue();
            }
        }
        assertThat(called).isEmpty();
    }

    /** httpd sends one message and then waits, whatever it left of its credit. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 8192, 16384})
    void shouldGiveCreditOnceTheFirstMessageIsUsedUp(int first) throws IOException {
        try (TestServer server = TestServer.serving(RequestBodyTest::echo);
                Httpd httpd = server.connect()) {
            for (long stated : new long[] {20_000, Frame.LENGTH_UNKNOWN}) {
                httpd.send(Httpd.post(stated));
                if (first > 0) {
                    httpd.sendMore(Httpd.data(first));
                }
                Frame frame = httpd.read();
                if (frame instanceof Frame.Welcome) {
                    frame = httpd.read();
                }
                assertThat(frame).isInstanceOf(Frame.Credit.class);
                assertThat(((Frame.Credit) frame).bytes()).isGreaterThanOrEqualTo(20_000 - first);
                httpd.sendMore(Httpd.data(20_000 - first), Httpd.end());
                assertThat(httpd.answer().body()).hasSize(20_000);
            }
        }
    }

    /**
     * As httpd does: sends what credit allows, in one thread, while it looks for what comes; the
     * initial credit lapses.
     */
    @ParameterizedTest
    @ValueSource(longs = {100, 60_000, 70_000, 300_000, 64 << 20})
    void shouldStreamALongBodyByCredit(long length) throws Exception {
        try (TestServer server = TestServer.serving(request -> {
                    CRC32 sum = new CRC32();
                    long count = 0;
                    byte[] buffer = new byte[10000];
                    for (int n; (n = request.body().read(buffer)) >= 0; count += n) {
                        sum.update(buffer, 0, n);
                    }
                    return Response.text(count + " " + sum.getValue());
                });
                Httpd httpd = server.connect()) {
            httpd.send(Httpd.post(length));
            Random random = new Random(7);
            CRC32 sum = new CRC32();
            long credit = 0;
            long greatest = credit;
            for (long left = length; left > 0; ) {
                while (credit == 0) {
                    Frame frame = httpd.read();
                    if (!(frame instanceof Frame.Welcome)) {
                        credit += ((Frame.Credit) frame).bytes();
                        greatest = Math.max(greatest, credit);
                    }
                }
                byte[] piece = new byte[(int) Math.min(Math.min(left, credit), 1 + random.nextInt(Constants.MAX_DATA))];
                random.nextBytes(piece);
                sum.update(piece);
                httpd.sendMore(Httpd.data(piece));
                credit -= piece.length;
                left -= piece.length;
            }
            httpd.sendMore(Httpd.end());
            assertThat(httpd.answer().text()).isEqualTo(length + " " + sum.getValue());
            assertThat(greatest).isLessThanOrEqualTo(Constants.MAX_CREDIT);
            assertThat(httpd.exchange(Httpd.post(2), Httpd.data(2), Httpd.end()).text())
                    .startsWith("2 ");
        }
    }

    @Test
    void shouldAskForTheBodyAtTheFirstReadWhereTheClientWaits() throws Exception {
        CountDownLatch read = new CountDownLatch(1);
        try (TestServer server = TestServer.serving(request -> {
                    read.await();
                    return echo(request);
                });
                Httpd httpd = server.connect()) {
            httpd.send(Httpd.post(5).expectingContinue());
            read.countDown();
            assertThat(httpd.read()).isInstanceOf(Frame.Welcome.class);
            assertThat(httpd.read()).isInstanceOf(Frame.Credit.class);
            httpd.sendMore(Httpd.data(new byte[] {'h', 'e', 'l', 'l', 'o'}), Httpd.end());
            assertThat(httpd.answer().text()).isEqualTo("hello");
        }
    }

    @Test
    void shouldNotAskForABodyThatNobodyReads() throws IOException {
        try (TestServer server = TestServer.serving(request -> Response.status(413));
                Httpd httpd = server.connect()) {
            for (int i = 0; i < 3; i++) {
                Httpd.Answer answer = httpd.exchange(Httpd.post(1 << 30).expectingContinue());
                assertThat(answer.status()).isEqualTo(413);
                assertThat(answer.frames()).noneMatch(frame -> frame instanceof Frame.Credit);
                httpd.sendMore(Httpd.cut());
            }
        }
    }

    @Test
    void shouldDropWhatIsLeftOfABodyAfterAnEarlyAnswer() throws IOException {
        try (TestServer server = TestServer.serving(request -> {
                    int first = request.method().equals("POST") ? request.body().read() : 0;
                    return Response.text("early " + first);
                });
                Httpd httpd = server.connect()) {
            for (int length : new int[] {1, 5000, 16384}) {
                httpd.send(Httpd.post(1 << 20), Httpd.data(length));
                assertThat(httpd.answer().text()).isEqualTo("early 0");
                httpd.sendMore(Httpd.cut());
                assertThat(httpd.exchange(Httpd.get("/")).text()).isEqualTo("early 0");
            }
            // The rest may have been on its way.
            httpd.send(Httpd.post(1 << 20), Httpd.data(10_000));
            assertThat(httpd.answer().text()).isEqualTo("early 0");
            httpd.sendMore(Httpd.data(5000), Httpd.data(500), Httpd.end());
            assertThat(httpd.exchange(Httpd.get("/")).text()).isEqualTo("early 0");
        }
    }

    @Test
    void shouldNotTakeACutBodyForWhole() throws IOException {
        try (TestServer server = TestServer.serving(request -> {
                    assertThatIOException()
                            .isThrownBy(() -> request.body().readAllBytes())
                            .withMessageContaining("cut off");
                    assertThatIOException()
                            .isThrownBy(() -> request.body().read())
                            .withMessageContaining("cut off");
                    return Response.text("seen");
                });
                Httpd httpd = server.connect()) {
            assertThat(httpd.exchange(Httpd.post(100), Httpd.data(50), Httpd.cut())
                            .text())
                    .isEqualTo("seen");
            assertThat(httpd.exchange(Httpd.post(100), Httpd.cut()).text()).isEqualTo("seen");
        }
    }

    @Test
    void shouldFailWhereHttpdIsLost() throws Exception {
        BlockingQueue<Throwable> seen = new ArrayBlockingQueue<>(1);
        try (TestServer server = TestServer.serving(request -> {
            try {
                return echo(request);
            } catch (IOException e) {
                seen.add(e);
                throw e;
            }
        })) {
            for (byte[] sent : new byte[][] {new byte[0], Httpd.data(10), {0, 0}}) {
                try (Httpd httpd = server.connect()) {
                    httpd.send(Httpd.post(100));
                    if (sent.length > 2) {
                        httpd.sendMore(sent);
                    } else {
                        httpd.sendRaw(sent);
                    }
                }
                assertThat(seen.poll(10, TimeUnit.SECONDS)).isInstanceOf(IOException.class);
            }
        }
    }

    @Test
    void shouldNotBeReadableAfterItsRequest() throws IOException {
        BlockingQueue<InputStream> kept = new ArrayBlockingQueue<>(10);
        try (TestServer server = TestServer.serving(request -> {
                    kept.add(request.body());
                    return Response.text("ok");
                });
                Httpd httpd = server.connect()) {
            httpd.exchange(Httpd.post(10), Httpd.data(10), Httpd.end());
            // The second request says that the first is over for the daemon.
            httpd.exchange(Httpd.post(10), Httpd.data(10), Httpd.end());
            InputStream body = kept.remove();
            assertThatIOException().isThrownBy(body::read).withMessageContaining("over");
            assertThat(body.available()).isZero();
        }
    }

    @Test
    void shouldEchoWhileItReads() throws Exception {
        long length = 8L << 20;
        try (TestServer server = TestServer.serving(
                        request -> Response.stream("a/b", out -> request.body().transferTo(out)));
                Httpd httpd = server.connect()) {
            httpd.send(Httpd.post(length));
            long credit = Constants.INITIAL_CREDIT;
            long left = length;
            long back = 0;
            while (true) {
                int piece = (int) Math.min(Math.min(left, credit), Constants.MAX_DATA);
                if (piece > 0) {
                    httpd.sendMore(Httpd.data(piece));
                    credit -= piece;
                    left -= piece;
                    if (left == 0) {
                        httpd.sendMore(Httpd.end());
                    }
                    continue;
                }
                Frame frame = httpd.read();
                if (frame instanceof Frame.Credit more) {
                    credit += more.bytes();
                } else if (frame instanceof Frame.Data data) {
                    back += data.payload().length;
                } else if (frame instanceof Frame.End) {
                    break;
                }
            }
            assertThat(back).isEqualTo(length);
        }
    }

    @Test
    void shouldServeAReaderInAThreadOfItsOwn() throws Exception {
        try (TestServer server = TestServer.serving(request -> {
                    StringBuilder result = new StringBuilder();
                    Thread reader = new Thread(() -> {
                        try {
                            result.append(request.body().readAllBytes().length);
                        } catch (IOException e) {
                            result.append(e);
                        }
                    });
                    reader.start();
                    reader.join();
                    return Response.text(result.toString());
                });
                Httpd httpd = server.connect()) {
            HttpdCodec.RequestBuilder request = Httpd.post(Frame.LENGTH_UNKNOWN);
            assertThat(httpd.exchange(request, Httpd.data(10_000), Httpd.data(3), Httpd.end())
                            .text())
                    .isEqualTo("10003");
        }
    }
}

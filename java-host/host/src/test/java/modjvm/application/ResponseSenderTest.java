package modjvm.application;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import modjvm.Application;
import modjvm.BodyWriter;
import modjvm.Response;
import modjvm.protocol.Frame;
import modjvm.wire.Httpd;
import modjvm.wire.TestServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class ResponseSenderTest {
    @TempDir
    Path folder;

    private static Httpd.Answer answer(Application application, String method) throws IOException {
        try (TestServer server = TestServer.serving(application);
                Httpd httpd = server.connect()) {
            Httpd.Answer answer = httpd.exchange(Httpd.get("/").with("method", method));
            if (answer.end() instanceof Frame.Abort) {
                assertThat(httpd.isClosedByDaemon()).isTrue();
            } else {
                // Whatever it was, it left the connection in order.
                assertThat(httpd.exchange(Httpd.get("/").with("method", method)).status())
                        .isEqualTo(answer.status());
            }
            return answer;
        }
    }

    private static Httpd.Answer get(Response response) throws IOException {
        return answer(request -> response, "GET");
    }

    private static Httpd.Answer stream(BodyWriter writer) throws IOException {
        return get(Response.stream("a/b", writer));
    }

    static Stream<Arguments> heads() {
        long unknown = Frame.LENGTH_UNKNOWN;
        Response text = Response.text("12345");
        Response stream = Response.stream("a/b", out -> out.write(1));
        return Stream.of(
                Arguments.of("GET", Response.status(200), 0, false),
                Arguments.of("GET", Response.status(404), 0, false),
                Arguments.of("GET", text, 5, true),
                Arguments.of("GET", Response.text(""), 0, false),
                Arguments.of("GET", text.withHeader("content-length", "5"), 5, true),
                Arguments.of("GET", stream, unknown, true),
                Arguments.of("GET", stream.withHeader("Content-Length", "1"), 1, true),
                Arguments.of("GET", text.withStatus(204), unknown, false),
                Arguments.of("GET", Response.status(204), unknown, false),
                Arguments.of("GET", stream.withStatus(204), unknown, false),
                Arguments.of("GET", Response.status(304), unknown, false),
                Arguments.of("GET", text.withStatus(304), unknown, false),
                Arguments.of("GET", Response.status(304).withHeader("Content-Length", "77"), 77, false),
                Arguments.of("HEAD", text, 5, false),
                Arguments.of("HEAD", Response.status(200), unknown, false),
                Arguments.of("HEAD", Response.status(200).withHeader("Content-Length", "77"), 77, false),
                Arguments.of("HEAD", stream, unknown, false),
                Arguments.of("HEAD", stream.withHeader("Content-Length", "77"), 77, false));
    }

    @ParameterizedTest
    @MethodSource("heads")
    void shouldStateTheLengthThatIsKnown(String method, Response response, long length, boolean hasBody)
            throws IOException {
        Httpd.Answer answer = answer(request -> response, method);
        Frame.Response head = (Frame.Response) answer.head();
        assertThat(head.status()).isEqualTo(response.status());
        assertThat(head.contentLength()).isEqualTo(length);
        assertThat(head.hasBody()).isEqualTo(hasBody);
        assertThat(head.fields()).noneMatch(field -> field.name().equalsIgnoreCase("Content-Length"));
        assertThat(answer.isWhole()).isTrue();
    }

    @Test
    void shouldKeepHeadersInTheirOrderAndBytes() throws IOException {
        Response response = Response.text("")
                .withHeader("Set-Cookie", "a=1")
                .withHeader("X-Latin", "\u00e9\t")
                .withHeader("Set-Cookie", "b=2");
        assertThat(((Frame.Response) get(response).head()).fields())
                .containsExactly(
                        new Frame.Field("Content-Type", "text/plain; charset=utf-8"),
                        new Frame.Field("Set-Cookie", "a=1"),
                        new Frame.Field("X-Latin", "\u00e9\t"),
                        new Frame.Field("Set-Cookie", "b=2"));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 8000, 8150, 8192, 16384, 65535, 65536, 65537, 70000, 5_000_000})
    void shouldSendBytesOfEverySize(int length) throws IOException {
        byte[] body = new byte[length];
        new Random(length).nextBytes(body);
        Httpd.Answer answer = get(Response.bytes(body, "a/b"));
        assertThat(answer.body()).isEqualTo(body);
        assertThat(answer.contentLength()).isEqualTo(length);
        assertThat(answer.isWhole()).isTrue();
        Path file = Files.write(folder.resolve("file"), body);
        Httpd.Answer ofFile = get(Response.file(file));
        assertThat(ofFile.body()).isEqualTo(body);
        assertThat(ofFile.contentLength()).isEqualTo(length);
        assertThat(ofFile.isWhole()).isTrue();
        assertThat(stream(out -> out.write(body)).body()).isEqualTo(body);
    }

    static Stream<Arguments> refused() {
        return Stream.of(
                Arguments.of(null, "null"),
                Arguments.of(Response.text("12345").withHeader("Content-Length", "4"), "4"),
                Arguments.of(Response.status(200).withHeader("Content-Length", "4"), "4"),
                Arguments.of(Response.text("").withHeader("Content-Length", "-1"), "Content-Length"),
                Arguments.of(Response.text("").withHeader("Content-Length", ""), "Content-Length"),
                Arguments.of(Response.text("").withHeader("Content-Length", "99999999999999999999"), "Content-Length"),
                Arguments.of(Response.text("").withHeader("Transfer-Encoding", "chunked"), "Transfer-Encoding"),
                Arguments.of(Response.text("").withHeader("X-Long", "x".repeat(65536)), "65536"));
    }

    @ParameterizedTest
    @MethodSource("refused")
    void shouldFailForAResponseThatCannotBeSent(Response response, String reason) throws IOException {
        Httpd.Answer answer = answer(request -> response, "GET");
        assertThat(answer.head()).isInstanceOf(Frame.Failed.class);
        assertThat(answer.status()).isEqualTo(500);
        assertThat(answer.message()).contains(reason);
    }

    @Test
    void shouldAnswerForFilesThatCannotBeServed() throws IOException {
        assertThat(get(Response.file(folder.resolve("missing")).withHeader("X-Test", "1"))
                        .head())
                .isEqualTo(new Frame.Response(1, false, false, 404, 0, List.of()));
        assertThat(get(Response.file(folder)).status()).isEqualTo(404);
        Path file = Files.writeString(folder.resolve("file"), "content");
        assertThat(get(Response.file(file.resolve("below"))).status()).isEqualTo(404);
        assertThat(get(Response.file(folder.resolve("n".repeat(256)))).status()).isEqualTo(404);
        assertThat(answer(request -> Response.file(file), "HEAD").contentLength())
                .isEqualTo(7);
        assertThat(answer(request -> Response.file(folder.resolve("missing")), "HEAD")
                        .status())
                .isEqualTo(404);
    }

    @Test
    void shouldDenyFilesThatCannotBeRead() throws IOException {
        Path file = Files.writeString(folder.resolve("secret"), "content");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("---------"));
        // Modes do not hold the superuser, but for this file, which Linux lets nobody read.
        assertThat(get(Response.file(Files.isReadable(file) ? Path.of("/proc/sys/vm/compact_memory") : file))
                        .status())
                .isEqualTo(403);
    }

    @Test
    void shouldNotWaitForAPipe() throws Exception {
        Path pipe = folder.resolve("pipe");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor())
                .isZero();
        assertThat(get(Response.file(pipe)).status()).isEqualTo(404);
    }

    @Test
    void shouldBreakOffAFileThatBecomesShorter() throws Exception {
        Path file = Files.write(folder.resolve("file"), new byte[20 << 20]);
        try (TestServer server = TestServer.serving(request -> Response.file(file));
                Httpd httpd = server.connect()) {
            httpd.send(Httpd.get("/"));
            httpd.readSome();
            Files.write(file, new byte[1 << 20]);
            Httpd.Answer answer = httpd.answer();
            assertThat(answer.contentLength()).isEqualTo(20 << 20);
            assertThat(answer.message()).contains("shorter");
            assertThat(answer.body().length).isLessThan(20 << 20);
        }
    }

    @Test
    void shouldPassOnWhatIsFlushedBeforeTheRestIsWritten() throws Exception {
        CountDownLatch seen = new CountDownLatch(1);
        try (TestServer server = TestServer.serving(request -> Response.stream("a/b", out -> {
                    out.flush();
                    out.write(new byte[] {'a', 'b'});
                    out.flush();
                    out.flush();
                    await(seen);
                    out.write('c');
                }));
                Httpd httpd = server.connect()) {
            httpd.send(Httpd.get("/"));
            assertThat(httpd.read()).isInstanceOf(Frame.Welcome.class);
            assertThat(((Frame.Response) httpd.read()).flush()).isTrue();
            Frame.Data data = (Frame.Data) httpd.read();
            assertThat(data.flush()).isTrue();
            assertThat(data.payload()).isEqualTo(new byte[] {'a', 'b'});
            assertThat(httpd.hasPending()).isFalse();
            seen.countDown();
            Frame.Data last = (Frame.Data) httpd.read();
            assertThat(last.flush()).isFalse();
            assertThat(last.payload()).isEqualTo(new byte[] {'c'});
            assertThat(httpd.read()).isEqualTo(new Frame.End(1, false));
        }
    }

    @Test
    void shouldPutSmallWritesTogether() throws IOException {
        Httpd.Answer answer = stream(out -> {
            for (int i = 0; i < 200_000; i++) {
                out.write(i);
            }
            out.close();
        });
        assertThat(answer.body()).hasSize(200_000);
        assertThat(answer.body()[199_999]).isEqualTo((byte) 199_999);
        assertThat(answer.frames()).hasSizeLessThan(9);
    }

    @Test
    void shouldSendAnEmptyStream() throws IOException {
        Httpd.Answer answer = stream(OutputStream::flush);
        assertThat(answer.isWhole()).isTrue();
        assertThat(answer.body()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 300_000})
    void shouldRefuseMoreThanThePromisedLength(int promised) throws IOException {
        BlockingQueue<IOException> thrown = new ArrayBlockingQueue<>(2);
        BodyWriter writer = out -> {
            out.write(new byte[promised]);
            try {
                out.write(1);
            } catch (IOException e) {
                thrown.add(e);
            }
        };
        Httpd.Answer answer = get(Response.stream("a/b", writer).withHeader("Content-Length", promised + ""));
        assertThat(thrown.element()).hasMessageContaining("Content-Length");
        assertThat(answer.isWhole()).isFalse();
        assertThat(answer.message()).contains("more than its Content-Length of " + promised);
        // What fits into the buffer has not left: the client can still be told.
        assertThat(answer.head() instanceof Frame.Failed).isEqualTo(promised == 3);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 200_000})
    void shouldReportLessThanThePromisedLength(int written) throws IOException {
        Response response =
                Response.stream("a/b", out -> out.write(new byte[written])).withHeader("Content-Length", "300000");
        Httpd.Answer answer = get(response);
        assertThat(answer.isWhole()).isFalse();
        assertThat(answer.message()).contains(written + " bytes of its Content-Length of 300000");
    }

    @Test
    void shouldRefuseWritesWhenTheResponseIsOver() throws IOException {
        BlockingQueue<OutputStream> kept = new ArrayBlockingQueue<>(2);
        assertThat(stream(kept::add).isWhole()).isTrue();
        OutputStream out = kept.remove();
        assertThatIOException().isThrownBy(() -> out.write(1)).withMessageContaining("closed");
        assertThatIOException().isThrownBy(out::flush).withMessageContaining("closed");
    }

    @Test
    void shouldSayWhatAnApplicationThrew() throws IOException {
        PrintStream stderr = System.err;
        ByteArrayOutputStream log = new ByteArrayOutputStream();
        System.setErr(new PrintStream(log, true, StandardCharsets.UTF_8));
        try (TestServer server = TestServer.serving(request -> {
                    throw new IllegalStateException("no stock");
                });
                Httpd httpd = server.connect()) {
            Frame failed = httpd.exchange(Httpd.get("/")).head();
            assertThat(failed).isEqualTo(new Frame.Failed(1, 500, "java.lang.IllegalStateException: no stock"));
        } finally {
            System.setErr(stderr);
        }
        assertThat(log.toString(StandardCharsets.UTF_8))
                .startsWith("request: java.lang.IllegalStateException: no stock\n\tat ")
                .containsOnlyOnce("no stock");
    }

    static Stream<Arguments> thrown() {
        return Stream.of(
                Arguments.of(new IOException("disk"), "java.io.IOException: disk"),
                Arguments.of(new AssertionError(), "java.lang.AssertionError"),
                Arguments.of(new NoClassDefFoundError("Gone"), "java.lang.NoClassDefFoundError: Gone"),
                Arguments.of(new InterruptedException(), "java.lang.InterruptedException"),
                Arguments.of(new Hostile(), Hostile.class.getName()));
    }

    /** Makes trouble for who wants to report it. */
    private static final class Hostile extends RuntimeException {
        private static final long serialVersionUID = 1L;

        @Override
        public String getMessage() {
            throw this;
        }
    }

    @ParameterizedTest
    @MethodSource("thrown")
    void shouldFailForWhateverIsThrown(Throwable thrown, String message) throws IOException {
        assertThat(answer(
                                request -> {
                                    ResponseSenderTest.<RuntimeException>raise(thrown);
                                    return Response.status(200);
                                },
                                "GET")
                        .head())
                .isEqualTo(new Frame.Failed(1, 500, message));
        assertThat(stream(out -> {
                            out.write(1);
                            ResponseSenderTest.<RuntimeException>raise(thrown);
                        })
                        .head())
                .isEqualTo(new Frame.Failed(1, 500, message));
        Httpd.Answer late = stream(out -> {
            out.write(1);
            out.flush();
            ResponseSenderTest.<RuntimeException>raise(thrown);
        });
        assertThat(late.body()).hasSize(1);
        assertThat(late.end()).isEqualTo(new Frame.Abort(1, message));
    }

    @Test
    void shouldSurviveAStackOverflow() throws IOException {
        assertThat(answer(request -> overflow(), "GET").message()).isEqualTo("java.lang.StackOverflowError");
    }

    @Test
    void shouldNotSufferFromAnInterruptLeftBehind() throws IOException {
        Httpd.Answer answer = answer(
                request -> {
                    Thread.currentThread().interrupt();
                    return Response.stream("a/b", out -> {
                        out.write(new byte[100]);
                        Thread.currentThread().interrupt();
                    });
                },
                "GET");
        assertThat(answer.body()).hasSize(100);
        assertThat(answer.isWhole()).isTrue();
    }

    @Test
    void shouldFailWritersWhoseClientHasGone() throws Exception {
        BlockingQueue<IOException> thrown = new ArrayBlockingQueue<>(1);
        try (TestServer server = TestServer.serving(request -> Response.stream("a/b", out -> {
            try {
                while (true) {
                    out.write(new byte[10000]);
                }
            } catch (IOException e) {
                thrown.add(e);
                throw e;
            }
        }))) {
            try (Httpd httpd = server.connect()) {
                httpd.send(Httpd.get("/"));
                httpd.readSome();
            }
            assertThat(thrown.poll(10, TimeUnit.SECONDS)).isNotNull();
            try (Httpd next = server.connect()) {
                next.send(Httpd.get("/"));
                assertThat(next.readSome()).isPositive();
            }
        }
    }

    @SuppressWarnings("InfiniteRecursion")
    private static Response overflow() {
        return overflow().withStatus(200);
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> void raise(Throwable thrown) throws T {
        throw (T) thrown;
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}

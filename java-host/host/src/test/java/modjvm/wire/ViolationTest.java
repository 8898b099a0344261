package modjvm.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import modjvm.Response;
import modjvm.protocol.Constants;
import modjvm.protocol.HttpdCodec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever violates the protocol closes the connection, and that one alone. */
@Timeout(30)
class ViolationTest {
    private static final byte[] HELLO = HttpdCodec.hello(1);
    private static final byte[] GET = Httpd.get("/").encode(1);
    private static final byte[] POST = Httpd.post(10).encode(1);

    /**
     * Where the application does not read the body, what is wrong in it must be seen all the same.
     */
    static Stream<Arguments> violations() {
        byte[] beyond = join(HELLO, POST, HttpdCodec.data(1, new byte[16384]), HttpdCodec.data(1, new byte[1]));
        return Stream.concat(violationsOfReaders(), Stream.of(Arguments.of("DATA beyond the credit", beyond)));
    }

    static Stream<Arguments> violationsOfReaders() {
        return Stream.of(
                Arguments.of(
                        "something else",
                        "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII)),
                Arguments.of("no HELLO", GET),
                Arguments.of("a HELLO with a serial", HttpdCodec.frame(Constants.FRAME_HELLO, 0, 1, new byte[12])),
                Arguments.of("two HELLOs", join(HELLO, HELLO)),
                Arguments.of("bad magic", HttpdCodec.frame(Constants.FRAME_HELLO, 0, 0, new byte[12])),
                Arguments.of("serial 0", join(HELLO, Httpd.get("/").encode(0))),
                Arguments.of("serial 2", join(HELLO, Httpd.get("/").encode(2))),
                Arguments.of("DATA without a request", join(HELLO, HttpdCodec.data(1, new byte[1]))),
                Arguments.of("END without a request", join(HELLO, HttpdCodec.end(1, false))),
                Arguments.of("a bad head", join(HELLO, HttpdCodec.frame(Constants.FRAME_REQUEST, 0, 1, new byte[20]))),
                Arguments.of(
                        "a daemon's frame",
                        join(HELLO, HttpdCodec.frame(Constants.FRAME_RESPONSE, 0, 1, new byte[12]))),
                Arguments.of("too large", join(HELLO, new byte[] {0, 0x40, 0, 1, 0x10, 0, 0, 1})),
                Arguments.of("another serial in the body", join(HELLO, POST, HttpdCodec.data(2, new byte[10]))),
                Arguments.of(
                        "a request in the body",
                        join(HELLO, POST, Httpd.get("/").encode(2))),
                Arguments.of(
                        "empty DATA", join(HELLO, POST, HttpdCodec.frame(Constants.FRAME_DATA, 0, 1, new byte[0]))),
                Arguments.of(
                        "DATA before the credit",
                        join(HELLO, Httpd.post(10).expectingContinue().encode(1), HttpdCodec.data(1, new byte[1]))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("violations")
    void shouldCloseTheConnection(String name, byte[] wire) throws IOException {
        try (TestServer server = TestServer.serving(request -> Response.text("ok"))) {
            try (Httpd httpd = server.connect()) {
                httpd.sendRaw(wire);
                assertEnds(httpd);
            }
            assertServes(server);
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("violationsOfReaders")
    void shouldCloseTheConnectionOfAReader(String name, byte[] wire) throws IOException {
        try (TestServer server =
                TestServer.serving(request -> Response.bytes(request.body().readAllBytes(), "a/b"))) {
            try (Httpd httpd = server.connect()) {
                httpd.sendRaw(wire);
                assertEnds(httpd);
            }
            assertServes(server);
        }
    }

    @Test
    void shouldNotCloseAConnectionWithoutViolation() throws IOException {
        try (TestServer server = TestServer.serving(request -> Response.text("ok"));
                Httpd httpd = server.connect()) {
            httpd.sendRaw(join(HELLO, GET, Httpd.get("/").encode(2)));
            for (int answers = 0; answers < 2; ) {
                if (httpd.read() instanceof modjvm.protocol.Frame.End) {
                    answers++;
                }
            }
        }
    }

    /** An answer may come first; nothing hangs. */
    private static void assertEnds(Httpd httpd) throws IOException {
        try {
            while (httpd.readSome() >= 0) {
                if (!httpd.hasPending()) {
                    throw new AssertionError("neither an answer nor an end");
                }
            }
        } catch (java.nio.channels.ClosedChannelException e) {
            throw e;
        } catch (IOException reset) {
            assertThat(reset).hasMessageContaining("reset");
        }
    }

    private static void assertServes(TestServer server) throws IOException {
        try (Httpd next = server.connect()) {
            assertThat(next.exchange(Httpd.post(2), Httpd.data(2), Httpd.end()).status())
                    .isEqualTo(200);
        }
    }

    private static byte[] join(byte[]... pieces) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] piece : pieces) {
            out.writeBytes(piece);
        }
        return out.toByteArray();
    }
}

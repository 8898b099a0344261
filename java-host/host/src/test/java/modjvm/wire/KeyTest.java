package modjvm.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import modjvm.Response;
import modjvm.protocol.HttpdCodec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Whoever does not show the daemon's key is not heard. */
@Timeout(30)
class KeyTest {
    static Stream<Arguments> others() {
        byte[] cut = new byte[HttpdCodec.KEY.length - 1];
        byte[] last = HttpdCodec.KEY.clone();
        last[last.length - 1] ^= 1;
        byte[] first = HttpdCodec.KEY.clone();
        first[0] ^= (byte) 0x80;
        System.arraycopy(HttpdCodec.KEY, 0, cut, 0, cut.length);
        return Stream.of(
                Arguments.of("none", new byte[0]),
                Arguments.of("a short one", cut),
                Arguments.of("zeros", new byte[HttpdCodec.KEY.length]),
                Arguments.of("all but the last bit", last),
                Arguments.of("all but the first bit", first),
                Arguments.of("another", "fedcba9876543210".getBytes(StandardCharsets.US_ASCII)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("others")
    void shouldNotHearAnythingWithoutTheKey(String name, byte[] key) throws IOException {
        AtomicInteger heard = new AtomicInteger();
        try (TestServer server = TestServer.serving(request -> {
            heard.incrementAndGet();
            return Response.text("ok");
        })) {
            try (Httpd stranger = server.connect()) {
                ByteArrayOutputStream wire = new ByteArrayOutputStream();
                wire.writeBytes(HttpdCodec.hello(0, 1, key));
                wire.writeBytes(Httpd.get("/").encode(1));
                stranger.sendRaw(wire.toByteArray());
                assertThat(stranger.isClosedByDaemon()).isTrue();
            }
            assertThat(heard).hasValue(0);
            try (Httpd httpd = server.connect()) {
                assertThat(httpd.exchange(Httpd.get("/")).text()).isEqualTo("ok");
            }
        }
    }

    @Test
    void shouldTakeTheKeyInPieces() throws IOException {
        try (TestServer server = TestServer.serving(request -> Response.text("ok"));
                Httpd httpd = server.connect()) {
            byte[] wire = httpd.next(Httpd.get("/"));
            for (byte each : wire) {
                httpd.sendRaw(new byte[] {each});
            }
            assertThat(httpd.answer().text()).isEqualTo("ok");
        }
    }
}

package modjvm.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import modjvm.protocol.ProtocolException.Code;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EncoderTest {
    @ParameterizedTest
    @ValueSource(strings = {"a\r\nSet-Cookie: x", "a\nb", "a\0b", "a\u0001b", "a\u007fb", "\u0100", "\u20ac"})
    void shouldRefuseValuesThatCouldSplitAResponse(String value) {
        assertRefused(Code.BAD_HEADER, response(200, new Frame.Field("X-Test", value)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "a b", "a:", "a\r", "ä", "\u0161", "Content-Length", "content-length", "TRANSFER-encoding"})
    void shouldRefuseNamesThatMayNotStand(String name) {
        assertRefused(Code.BAD_HEADER, response(200, new Frame.Field(name, "1")));
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 100, 199, 600, 65736})
    void shouldRefuseStatusesOutsideTheRange(int status) {
        assertRefused(Code.BAD_STATUS, response(status));
        assertRefused(Code.BAD_STATUS, new Frame.Failed(1, status, ""));
    }

    @Test
    void shouldRefuseHeadsOverTheLimit() throws ProtocolException {
        int fixed = 12 + 4 + 1;
        Frame greatest = response(200, new Frame.Field("a", "x".repeat(0xffff - fixed)), new Frame.Field("b", ""));
        assertRefused(Code.FRAME_TOO_LARGE, greatest);
        Frame fitting = response(200, new Frame.Field("a", "x".repeat(Constants.MAX_RESPONSE - fixed)));
        assertThat(encoded(fitting).remaining()).isEqualTo(Constants.HEADER_SIZE + Constants.MAX_RESPONSE);
        Frame many = new Frame.Response(1, false, false, 200, 0, Collections.nCopies(70000, new Frame.Field("a", "")));
        assertRefused(Code.FRAME_TOO_LARGE, many);
    }

    @Test
    void shouldCutMessagesAtAWholeCharacter() throws ProtocolException {
        String message = "x".repeat(Constants.MAX_MESSAGE - 5) + "€";
        byte[] failed = encoded(new Frame.Failed(1, 500, message)).array();
        assertThat(new String(failed, 12, Constants.MAX_MESSAGE - 5, StandardCharsets.UTF_8))
                .isEqualTo(message.substring(0, message.length() - 1));
        assertThat(encoded(new Frame.Failed(1, 500, message)).remaining()).isEqualTo(12 + Constants.MAX_MESSAGE - 5);
        assertThat(encoded(new Frame.Abort(1, "y".repeat(9999))).remaining())
                .isEqualTo(Constants.HEADER_SIZE + Constants.MAX_MESSAGE);
    }

    @Test
    void shouldReplaceNulInMessages() throws ProtocolException {
        assertThat(HttpdCodec.decode(encoded(new Frame.Abort(3, "a\0b")))).isEqualTo(new Frame.Abort(3, "a?b"));
    }

    private static Frame response(int status, Frame.Field... fields) {
        return new Frame.Response(1, false, false, status, 0, List.of(fields));
    }

    private static ByteBuffer encoded(Frame frame) throws ProtocolException {
        ByteBuffer out = ByteBuffer.allocate(Encoder.sizeOf(frame));
        Encoder.encode(frame, out);
        return out.flip();
    }

    private static void assertRefused(Code code, Frame frame) {
        ByteBuffer out = ByteBuffer.allocate(70000).position(5);
        assertThatExceptionOfType(ProtocolException.class)
                .isThrownBy(() -> Encoder.encode(frame, out))
                .satisfies(thrown -> assertThat(thrown.code()).isEqualTo(code));
        assertThat(out.position()).isEqualTo(5);
    }
}

package modjvm;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * How a WebSocket was closed: what a Close frame says (RFC 6455, sections 5.5.1 and 7.4).
 *
 * @param code 1005 if the frame has none, 1006 if there was no frame
 * @param reason in UTF-8 at most {@link #MAX_REASON_BYTES}; empty where there is none
 */
record WebSocketClose(int code, String reason) {
    static final int NORMAL = 1000;
    static final int GOING_AWAY = 1001;
    static final int PROTOCOL_ERROR = 1002;
    static final int NO_CODE = 1005;
    static final int NO_FRAME = 1006;
    static final int INVALID_TEXT = 1007;
    static final int TOO_BIG = 1009;
    static final int FAILED = 1011;

    static final int MAX_REASON_BYTES = 123;

    private static final int CODE_BYTES = 2;

    /** What a Close frame may say; 1012 to 1014 came with the register of IANA. */
    static boolean isSendable(int code) {
        return code >= NORMAL && code <= 1003 || code >= INVALID_TEXT && code <= 1014 || code >= 3000 && code <= 4999;
    }

    /**
     * Reads the payload of a Close frame.
     *
     * @throws WebSocketViolation if it says what it may not
     */
    static WebSocketClose parse(byte[] payload) throws WebSocketViolation {
        if (payload.length == 0) {
            return new WebSocketClose(NO_CODE, "");
        }
        WebSocketViolation.check(payload.length >= CODE_BYTES, "an incomplete close code");
        int code = Short.toUnsignedInt(ByteBuffer.wrap(payload).getShort());
        WebSocketViolation.check(isSendable(code), "the close code " + code);
        return new WebSocketClose(code, WebSocketText.decode(payload, CODE_BYTES, payload.length - CODE_BYTES));
    }

    /** The payload of a Close frame that says this. */
    byte[] payload() {
        if (code == NO_CODE) {
            return new byte[0];
        }
        byte[] text = reason.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(CODE_BYTES + text.length)
                .putShort((short) code)
                .put(text)
                .array();
    }
}

package modjvm;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** The text of a client, which must be UTF-8. */
final class WebSocketText {
    private static final char REPLACEMENT = '\uFFFD';

    private WebSocketText() {}

    static String decode(byte[] bytes, int offset, int length) throws WebSocketViolation {
        String text = new String(bytes, offset, length, StandardCharsets.UTF_8);
        // What is malformed becomes this character. Only a text that has it needs the slower,
        // strict decoder.
        if (text.indexOf(REPLACEMENT) < 0) {
            return text;
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes, offset, length))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new WebSocketViolation(WebSocketClose.INVALID_TEXT, "a text that is not UTF-8");
        }
    }
}

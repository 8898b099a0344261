package modjvm;

import java.util.Objects;

/** What a client has sent: one whole message, whatever the frames that it came in. */
public sealed interface WebSocketMessage {
    /**
     * Text.
     *
     * @param text the text; may be empty
     */
    record Text(String text) implements WebSocketMessage {
        /**
         * Checks that there is a text.
         *
         * @param text the text
         */
        public Text {
            Objects.requireNonNull(text, "text");
        }
    }

    /**
     * Bytes.
     *
     * @param bytes the bytes; not copied; may be empty
     */
    record Binary(byte[] bytes) implements WebSocketMessage {
        /**
         * Checks that there are bytes.
         *
         * @param bytes the bytes
         */
        public Binary {
            Objects.requireNonNull(bytes, "bytes");
        }
    }
}

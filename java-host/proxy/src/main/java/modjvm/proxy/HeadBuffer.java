package modjvm.proxy;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The head of a request as it is sent. What could end a line early becomes a space. Not
 * thread-safe.
 */
final class HeadBuffer {
    private static final int SIZE = 1_024;

    private byte[] bytes = new byte[SIZE];
    private int length;

    void clear() {
        length = 0;
    }

    byte[] bytes() {
        return bytes;
    }

    int length() {
        return length;
    }

    /** @param text of ISO-8859-1 */
    HeadBuffer add(String text) {
        reserve(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            bytes[length++] = c < ' ' && c != '\t' || c == 0x7f ? (byte) ' ' : (byte) c;
        }
        return this;
    }

    HeadBuffer add(byte[] more, int count) {
        reserve(count);
        System.arraycopy(more, 0, bytes, length, count);
        length += count;
        return this;
    }

    HeadBuffer field(String name, String value) {
        return add(name).add(": ").add(value).endLine();
    }

    /** @param value sent as UTF-8 */
    HeadBuffer fieldOfText(String name, String value) {
        return field(name, new String(value.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1));
    }

    HeadBuffer endLine() {
        reserve(2);
        bytes[length++] = '\r';
        bytes[length++] = '\n';
        return this;
    }

    private void reserve(int more) {
        if (bytes.length - length < more) {
            bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, length + more));
        }
    }
}

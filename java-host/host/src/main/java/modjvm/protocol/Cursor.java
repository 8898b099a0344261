package modjvm.protocol;

import java.util.Arrays;
import modjvm.protocol.ProtocolException.Code;

/** A position in a payload; every step checks what is left before it takes anything. */
final class Cursor {
    private static final boolean[] TOKEN = new boolean[256];

    static {
        for (char c = '0'; c <= 'z'; c++) {
            TOKEN[c] = c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a';
        }
        for (char c : "!#$%&'*+-.^_`|~".toCharArray()) {
            TOKEN[c] = true;
        }
    }

    private final byte[] bytes;
    private final int end;
    private int at;

    Cursor(byte[] bytes, int at, int end) {
        this.bytes = bytes;
        this.at = at;
        this.end = end;
    }

    static boolean isToken(int c) {
        return c < 256 && TOKEN[c];
    }

    int at() {
        return at;
    }

    boolean atEnd() {
        return at == end;
    }

    int u8() throws ProtocolException {
        return bytes[take(1)] & 0xff;
    }

    int u16() throws ProtocolException {
        int from = take(2);
        return (bytes[from] & 0xff) << 8 | bytes[from + 1] & 0xff;
    }

    long u32() throws ProtocolException {
        return (long) u16() << 16 | u16();
    }

    long u64() throws ProtocolException {
        return u32() << 32 | u32();
    }

    /** Steps over so many bytes, and returns where they start. */
    int take(int length) throws ProtocolException {
        if (length > end - at) {
            throw new ProtocolException(Code.BAD_LENGTH, "the payload ends early");
        }
        int from = at;
        at += length;
        return from;
    }

    /** Steps over a string, and returns where its bytes start. */
    int string() throws ProtocolException {
        int from = take(length());
        for (int i = from; i < at; i++) {
            if (bytes[i] == 0) {
                throw new ProtocolException(Code.BAD_STRING, "NUL in a string");
            }
        }
        return from;
    }

    private int length() throws ProtocolException {
        int length = u16();
        if (length < Constants.LONG_STRING) {
            return length;
        }
        long longer = u32();
        if (longer < Constants.LONG_STRING) {
            throw new ProtocolException(Code.BAD_LENGTH, "a long form for " + longer + " bytes");
        }
        return (int) Math.min(longer, Integer.MAX_VALUE); // more than there is
    }

    int fieldName() throws ProtocolException {
        int from = string();
        for (int i = from; i < at; i++) {
            if (!TOKEN[bytes[i] & 0xff]) {
                throw new ProtocolException(Code.BAD_HEADER, "a field's name is not a token");
            }
        }
        if (from == at) {
            throw new ProtocolException(Code.BAD_HEADER, "a field without a name");
        }
        return from;
    }

    int fieldValue() throws ProtocolException {
        int from = string();
        for (int i = from; i < at; i++) {
            if (bytes[i] == '\r' || bytes[i] == '\n') {
                throw new ProtocolException(Code.BAD_HEADER, "a line's end in a field's value");
            }
        }
        return from;
    }

    void expect(byte[] magic) throws ProtocolException {
        int from = take(magic.length);
        if (!Arrays.equals(bytes, from, at, magic, 0, magic.length)) {
            throw new ProtocolException(Code.BAD_MAGIC, "not the magic of this protocol");
        }
    }

    void expectEnd() throws ProtocolException {
        if (!atEnd()) {
            throw new ProtocolException(Code.BAD_LENGTH, "the payload goes on after its last field");
        }
    }
}

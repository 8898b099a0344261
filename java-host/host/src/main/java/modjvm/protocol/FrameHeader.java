package modjvm.protocol;

import static modjvm.protocol.Constants.*;

import java.nio.ByteBuffer;
import modjvm.protocol.ProtocolException.Code;

/**
 * The eight bytes that every frame starts with (PROTOCOL.md, section 2).
 *
 * @param length of the payload that follows
 */
public record FrameHeader(int type, int flags, int serial, int length) {

    /**
     * Takes a header that httpd sent off a buffer, and judges it.
     *
     * @param in holds at least {@link Constants#HEADER_SIZE} bytes; big-endian
     */
    public static FrameHeader decode(ByteBuffer in) throws ProtocolException {
        int length = in.getInt();
        int type = in.get() & 0xff;
        int flags = in.get() & 0xff;
        int serial = in.getShort() & 0xffff;
        int limit = limit(type);
        // A length over the greatest int is negative here, and too large for every type.
        if (length < 0 || length > limit) {
            throw new ProtocolException(
                    Code.FRAME_TOO_LARGE, "type " + type + ", " + Integer.toUnsignedString(length) + " bytes");
        }
        if ((flags & ~definedFlags(type)) != 0 || type == FRAME_REQUEST && !areOfRequest(flags)) {
            throw new ProtocolException(Code.BAD_FLAGS, "type " + type + ", flags " + flags);
        }
        if (type == FRAME_DATA && length == 0) {
            throw new ProtocolException(Code.BAD_LENGTH, "empty DATA");
        }
        return new FrameHeader(type, flags, serial, length);
    }

    public boolean has(int flag) {
        return (flags & flag) != 0;
    }

    static void encode(ByteBuffer out, int at, int length, int type, int flags, int serial) {
        out.putInt(at, length)
                .put(at + 4, (byte) type)
                .put(at + 5, (byte) flags)
                .putShort(at + 6, (short) serial);
    }

    private static int limit(int type) throws ProtocolException {
        return switch (type) {
            case FRAME_HELLO -> MAX_HELLO;
            case FRAME_REQUEST -> MAX_REQUEST;
            case FRAME_DATA -> MAX_DATA;
            case FRAME_TRAILERS -> MAX_RESPONSE;
            case FRAME_END -> 0;
            default -> throw new ProtocolException(Code.UNKNOWN_FRAME, "type " + type);
        };
    }

    /** A body comes whole, or waits to be expected, or neither. */
    private static boolean areOfRequest(int flags) {
        return flags == 0
                || (flags & FLAG_REQUEST_BODY) != 0
                        && flags != (FLAG_REQUEST_BODY | FLAG_REQUEST_EXPECT | FLAG_REQUEST_WHOLE);
    }

    private static int definedFlags(int type) {
        return switch (type) {
            case FRAME_REQUEST -> FLAG_REQUEST_BODY | FLAG_REQUEST_EXPECT | FLAG_REQUEST_WHOLE;
            case FRAME_END -> FLAG_END_CUT;
            default -> 0;
        };
    }
}

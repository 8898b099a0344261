package modjvm.protocol;

import static modjvm.protocol.Constants.*;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import modjvm.protocol.ProtocolException.Code;

/**
 * Decodes the payloads of what httpd sends. Pure: takes bytes, gives a frame or the error; the
 * reading is the connection's.
 *
 * <p>A frame is decoded in two steps, {@link FrameHeader#decode} and {@link #decode}, so that its
 * header is judged before its payload is waited for, and so that a connection can pass DATA on as
 * it comes, without making a frame of it.
 */
public final class Decoder {
    static final byte[] MAGIC = "MJVM".getBytes(StandardCharsets.US_ASCII);

    private Decoder() {}

    /**
     * Decodes a payload.
     *
     * @param payload {@link FrameHeader#length} bytes; the frame may keep the array
     */
    public static Frame decode(FrameHeader header, byte[] payload) throws ProtocolException {
        return switch (header.type()) {
            case FRAME_HELLO -> hello(header, payload);
            case FRAME_REQUEST -> request(header, payload);
            case FRAME_DATA -> new Frame.Data(header.serial(), false, payload);
            case FRAME_TRAILERS -> trailers(header, payload);
            case FRAME_END -> new Frame.End(header.serial(), header.has(FLAG_END_CUT));
            default -> throw new ProtocolException(Code.UNKNOWN_FRAME, "type " + header.type());
        };
    }

    /** Decodes the payload of a HELLO. */
    public static Frame.Hello hello(FrameHeader header, byte[] payload) throws ProtocolException {
        Cursor cursor = new Cursor(payload, 0, payload.length);
        cursor.expect(MAGIC);
        int major = cursor.u8();
        if (major != VERSION_MAJOR) {
            throw new ProtocolException(Code.BAD_VERSION, "major version " + major);
        }
        int minor = cursor.u8();
        int settings = cursor.u16();
        long pid = cursor.u32();
        int key = cursor.take(KEY_SIZE);
        return new Frame.Hello(
                header.serial(),
                minor,
                settings,
                pid,
                ConnectionKey.of(Arrays.copyOfRange(payload, key, key + KEY_SIZE)));
    }

    /** Decodes the payload of TRAILERS; names and values as ISO-8859-1. */
    public static Frame.Trailers trailers(FrameHeader header, byte[] payload) throws ProtocolException {
        Cursor cursor = new Cursor(payload, 0, payload.length);
        List<Frame.Field> fields = new ArrayList<>();
        for (int count = cursor.u16(); count > 0; count--) {
            int nameAt = cursor.fieldName();
            int nameEnd = cursor.at();
            int valueAt = cursor.fieldValue();
            String name = new String(payload, nameAt, nameEnd - nameAt, StandardCharsets.ISO_8859_1);
            String value = new String(payload, valueAt, cursor.at() - valueAt, StandardCharsets.ISO_8859_1);
            fields.add(new Frame.Field(name, value));
        }
        cursor.expectEnd();
        return new Frame.Trailers(header.serial(), fields);
    }

    /** Decodes the payload of a REQUEST. */
    public static Frame.Request request(FrameHeader header, byte[] payload) throws ProtocolException {
        RequestHead head = RequestHead.decode(header, payload);
        return new Frame.Request(
                header.serial(),
                header.has(FLAG_REQUEST_BODY),
                header.has(FLAG_REQUEST_WHOLE),
                header.has(FLAG_REQUEST_EXPECT),
                head);
    }
}

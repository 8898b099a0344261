package modjvm.protocol;

import static modjvm.protocol.Constants.*;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import modjvm.protocol.ProtocolException.Code;

/** Encodes what a daemon sends. Pure: puts bytes into a buffer; the writing is the connection's. */
public final class Encoder {
    private static final int FIELDS_FIXED_SIZE = 2;
    private static final int RESPONSE_FIXED_SIZE = 10;
    private static final int FILE_RESPONSE_FIXED_SIZE = 18;
    private static final int INFORM_FIXED_SIZE = 2;
    private static final int PAIR_FIXED_SIZE = 4;
    private static final int MAX_U16 = 0xffff;
    private static final long MAX_U32 = 0xffffffffL;
    private static final int LEAST_INTERIM_STATUS = 102;
    private static final int GREATEST_INTERIM_STATUS = 199;
    private static final int LEAST_STATUS = 200;
    private static final int LEAST_FAILED_STATUS = 400;
    private static final int GREATEST_STATUS = 599;

    private Encoder() {}

    /**
     * The header of DATA, put in front of a payload that is in the buffer already,
     * {@link Constants#HEADER_SIZE} bytes after {@code at}.
     */
    public static void dataHeader(ByteBuffer out, int at, int length, boolean flush, int serial) {
        FrameHeader.encode(out, at, length, FRAME_DATA, flush ? FLAG_DATA_FLUSH : 0, serial);
    }

    /**
     * Asks that the head of a response that was encoded at this place be passed to the client at
     * once.
     */
    public static void markFlush(ByteBuffer out, int at) {
        out.put(at + 5, (byte) (out.get(at + 5) | FLAG_RESPONSE_FLUSH));
    }

    /**
     * How many bytes a frame takes, header included; for FAILED, ABORT and LOG an upper bound.
     *
     * @throws ProtocolException FRAME_TOO_LARGE if it is over its limit
     */
    public static int sizeOf(Frame frame) throws ProtocolException {
        int payload;
        if (frame instanceof Frame.Response response) {
            payload = sizeOf(RESPONSE_FIXED_SIZE, response.fields());
        } else if (frame instanceof Frame.FileResponse response) {
            payload = sizeOf(FILE_RESPONSE_FIXED_SIZE, response.fields());
        } else if (frame instanceof Frame.Inform inform) {
            payload = sizeOf(INFORM_FIXED_SIZE, inform.fields());
        } else if (frame instanceof Frame.Upgraded upgraded) {
            payload = sizeOf(0, upgraded.fields());
        } else if (frame instanceof Frame.Trailers trailers) {
            payload = sizeOf(0, trailers.fields());
        } else if (frame instanceof Frame.Data data) {
            payload = data.payload().length;
            if (payload > MAX_DATA) {
                throw new ProtocolException(Code.FRAME_TOO_LARGE, payload + " bytes of DATA");
            }
        } else if (frame instanceof Frame.Failed || frame instanceof Frame.Abort || frame instanceof Frame.Log) {
            payload = MAX_MESSAGE;
        } else {
            payload = 12;
        }
        return HEADER_SIZE + payload;
    }

    private static int sizeOf(int fixed, List<Frame.Field> fields) throws ProtocolException {
        int payload = fixed + FIELDS_FIXED_SIZE;
        for (int i = 0; i < fields.size() && payload <= MAX_RESPONSE; i++) {
            Frame.Field field = fields.get(i);
            payload += PAIR_FIXED_SIZE + field.name().length() + field.value().length();
        }
        if (payload > MAX_RESPONSE) {
            throw new ProtocolException(
                    Code.FRAME_TOO_LARGE, "the response's header fields have more than " + MAX_RESPONSE + " bytes");
        }
        return payload;
    }

    /**
     * Appends a frame to a buffer with room for {@link #sizeOf} bytes.
     *
     * @param out big-endian
     * @throws ProtocolException if the frame would violate the protocol; the buffer's position is
     *     then where it was
     */
    public static void encode(Frame frame, ByteBuffer out) throws ProtocolException {
        int start = out.position();
        sizeOf(frame);
        try {
            out.position(start + HEADER_SIZE);
            int typeAndFlags = payload(frame, out);
            int length = out.position() - start - HEADER_SIZE;
            FrameHeader.encode(out, start, length, typeAndFlags >>> 8, typeAndFlags & 0xff, frame.serial());
        } catch (ProtocolException e) {
            out.position(start);
            throw e;
        }
    }

    /** Returns the type, shifted by eight, and the flags. */
    private static int payload(Frame frame, ByteBuffer out) throws ProtocolException {
        if (frame instanceof Frame.Response response) {
            return response(response, out);
        } else if (frame instanceof Frame.End) {
            return FRAME_END << 8;
        } else if (frame instanceof Frame.Data data) {
            if (data.payload().length == 0) {
                throw new ProtocolException(Code.BAD_LENGTH, "empty DATA");
            }
            out.put(data.payload());
            return FRAME_DATA << 8 | (data.flush() ? FLAG_DATA_FLUSH : 0);
        } else if (frame instanceof Frame.Credit credit) {
            long bytes = credit.bytes();
            if (bytes < 1 || bytes > MAX_U32) {
                throw new ProtocolException(Code.BAD_LENGTH, "a CREDIT of " + bytes);
            }
            out.putInt((int) bytes);
            return FRAME_CREDIT << 8;
        } else if (frame instanceof Frame.Welcome welcome) {
            out.put(Decoder.MAGIC)
                    .put((byte) VERSION_MAJOR)
                    .put((byte) welcome.minor())
                    .putShort((short) 0)
                    .putInt((int) welcome.pid());
            return FRAME_WELCOME << 8;
        } else if (frame instanceof Frame.Refused refused) {
            out.put((byte) refused.reason().number());
            return FRAME_REFUSED << 8;
        } else if (frame instanceof Frame.Failed failed) {
            out.putShort((short) checkStatus(failed.status(), LEAST_FAILED_STATUS, GREATEST_STATUS));
            message(failed.message(), MAX_MESSAGE - 4, out);
            return FRAME_FAILED << 8;
        } else if (frame instanceof Frame.Abort abort) {
            message(abort.message(), MAX_MESSAGE - 2, out);
            return FRAME_ABORT << 8;
        } else if (frame instanceof Frame.FileResponse response) {
            return fileResponse(response, out);
        } else if (frame instanceof Frame.Inform inform) {
            out.putShort((short) checkStatus(inform.status(), LEAST_INTERIM_STATUS, GREATEST_INTERIM_STATUS));
            fields(inform.fields(), out);
            return FRAME_INFORM << 8;
        } else if (frame instanceof Frame.Upgraded upgraded) {
            fields(upgraded.fields(), out);
            return FRAME_UPGRADED << 8;
        } else if (frame instanceof Frame.Trailers trailers) {
            fields(trailers.fields(), out);
            return FRAME_TRAILERS << 8;
        } else if (frame instanceof Frame.Log log) {
            if (log.level() < LEVEL_ERROR || log.level() > LEVEL_TRACE) {
                throw new ProtocolException(Code.BAD_LEVEL, "level " + log.level());
            }
            out.put((byte) log.level());
            message(log.message(), MAX_MESSAGE - 3, out);
            return FRAME_LOG << 8;
        } else if (frame instanceof Frame.Place place) {
            return FRAME_PLACE << 8 | (place.isHeld() ? FLAG_PLACE_HELD : 0);
        }
        throw new IllegalArgumentException("not a daemon's frame: " + frame);
    }

    private static int response(Frame.Response response, ByteBuffer out) throws ProtocolException {
        out.putShort((short) checkStatus(response.status(), LEAST_STATUS, GREATEST_STATUS));
        out.putLong(response.contentLength());
        fields(response.fields(), out);
        return FRAME_RESPONSE << 8
                | (response.hasBody() ? FLAG_RESPONSE_BODY : 0)
                | (response.flush() ? FLAG_RESPONSE_FLUSH : 0);
    }

    private static int fileResponse(Frame.FileResponse response, ByteBuffer out) throws ProtocolException {
        long length = response.contentLength();
        long offset = response.offset();
        if (length < 0 || offset < 0 || offset > Long.MAX_VALUE - length) {
            throw new ProtocolException(Code.BAD_LENGTH, length + " bytes of a file from " + offset + " on");
        }
        out.putShort((short) checkStatus(response.status(), LEAST_STATUS, GREATEST_STATUS));
        out.putLong(length).putLong(offset);
        fields(response.fields(), out);
        return FRAME_RESPONSE << 8 | FLAG_RESPONSE_FILE;
    }

    private static void fields(List<Frame.Field> fields, ByteBuffer out) throws ProtocolException {
        out.putShort((short) fields.size());
        for (int i = 0; i < fields.size(); i++) {
            Frame.Field field = fields.get(i);
            fieldName(field.name(), out);
            fieldValue(field, out);
        }
    }

    private static int checkStatus(int status, int least, int greatest) throws ProtocolException {
        if (status < least || status > greatest) {
            throw new ProtocolException(Code.BAD_STATUS, "status " + status);
        }
        return status;
    }

    private static void fieldName(String name, ByteBuffer out) throws ProtocolException {
        int length = name.length();
        out.putShort((short) length);
        for (int i = 0; i < length; i++) {
            char c = name.charAt(i);
            if (!Cursor.isToken(c)) {
                throw new ProtocolException(Code.BAD_HEADER, "a field's name is not a token: " + printable(name));
            }
            out.put((byte) c);
        }
        if (length == 0 || name.equalsIgnoreCase("Content-Length") || name.equalsIgnoreCase("Transfer-Encoding")) {
            throw new ProtocolException(Code.BAD_HEADER, "a field that is not allowed in a response: " + name);
        }
    }

    private static void fieldValue(Frame.Field field, ByteBuffer out) throws ProtocolException {
        String value = field.value();
        int length = value.length();
        if (length > MAX_U16) {
            throw new ProtocolException(
                    Code.FRAME_TOO_LARGE, "the value of " + field.name() + " has " + length + " characters");
        }
        out.putShort((short) length);
        for (int i = 0; i < length; i++) {
            char c = value.charAt(i);
            if (c < ' ' && c != '\t' || c == 0x7f || c > 0xff) {
                throw new ProtocolException(
                        Code.BAD_HEADER, "a character that is not allowed in a header, in " + field.name());
            }
            out.put((byte) c);
        }
    }

    /** As UTF-8, without NUL, cut at a whole character where it is too long. */
    private static void message(String message, int maxBytes, ByteBuffer out) {
        byte[] bytes = message.replace('\0', '?').getBytes(StandardCharsets.UTF_8);
        int length = Math.min(bytes.length, maxBytes);
        while (length < bytes.length && length > 0 && (bytes[length] & 0xc0) == 0x80) {
            length--;
        }
        out.putShort((short) length).put(bytes, 0, length);
    }

    private static String printable(String text) {
        StringBuilder printable = new StringBuilder();
        for (int i = 0; i < text.length() && i < 64; i++) {
            char c = text.charAt(i);
            printable.append(c > ' ' && c < 0x7f ? String.valueOf(c) : String.format(Locale.ROOT, "\\u%04x", (int) c));
        }
        return printable.toString();
    }
}

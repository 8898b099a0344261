package modjvm.protocol;

import static modjvm.protocol.Constants.*;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import modjvm.record.Record;

/**
 * httpd's half of the wire, for tests: strict enough for what a correct daemon sends. Texts are
 * ISO-8859-1.
 */
public final class HttpdCodec {
    private HttpdCodec() {}

    /** Builds REQUEST frames: a small GET, unless told otherwise. */
    public static final class RequestBuilder {
        private final Map<String, String> texts = new LinkedHashMap<>();
        private final List<String> headers = new ArrayList<>();
        private final List<String> variables = new ArrayList<>();
        private final Record.Builder definition = new Record.Builder();
        private int flags;
        private long contentLength;
        private int serverPort = 80;
        private int clientPort = 50000;

        public RequestBuilder() {
            String[] defaults = {
                "method",
                "GET",
                "target",
                "/app/hello",
                "script-name",
                "/app",
                "path-info",
                "/hello",
                "query",
                "",
                "protocol",
                "HTTP/1.1",
                "scheme",
                "http",
                "server-name",
                "localhost",
                "server-address",
                "127.0.0.1",
                "client-address",
                "127.0.0.2",
                "user",
                "",
                "auth-type",
                "",
                "log-id",
                ""
            };
            for (int i = 0; i < defaults.length; i += 2) {
                texts.put(defaults[i], defaults[i + 1]);
            }
        }

        public RequestBuilder with(String field, String latin1) {
            if (texts.put(field, latin1) == null) {
                throw new IllegalArgumentException(field);
            }
            return this;
        }

        public RequestBuilder withHeader(String name, String value) {
            headers.add(name);
            headers.add(value);
            return this;
        }

        public RequestBuilder withVariable(String name, String value) {
            variables.add(name);
            variables.add(value);
            return this;
        }

        public RequestBuilder withDefinition(String name, String value) {
            definition.add(name, value.getBytes(StandardCharsets.ISO_8859_1));
            return this;
        }

        public RequestBuilder withBody(long length) {
            flags |= FLAG_REQUEST_BODY;
            contentLength = length;
            return this;
        }

        public RequestBuilder whole() {
            flags |= FLAG_REQUEST_WHOLE;
            return this;
        }

        public RequestBuilder expectingContinue() {
            flags |= FLAG_REQUEST_EXPECT;
            return this;
        }

        public RequestBuilder withPorts(int server, int client) {
            serverPort = server;
            clientPort = client;
            return this;
        }

        public byte[] encode(int serial) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            out.writeBytes(ByteBuffer.allocate(12)
                    .putLong(contentLength)
                    .putShort((short) serverPort)
                    .putShort((short) clientPort)
                    .array());
            texts.values().forEach(text -> string(out, text.getBytes(StandardCharsets.ISO_8859_1)));
            u16(out, definition.bytes().length);
            out.writeBytes(definition.bytes());
            pairs(out, headers);
            pairs(out, variables);
            return frame(FRAME_REQUEST, flags, serial, out.toByteArray());
        }

        private static void pairs(ByteArrayOutputStream out, List<String> texts) {
            u16(out, texts.size() / 2);
            texts.forEach(text -> string(out, text.getBytes(StandardCharsets.ISO_8859_1)));
        }

        private static void string(ByteArrayOutputStream out, byte[] bytes) {
            if (bytes.length < LONG_STRING) {
                u16(out, bytes.length);
            } else {
                u16(out, LONG_STRING);
                u16(out, bytes.length >>> 16);
                u16(out, bytes.length);
            }
            out.writeBytes(bytes);
        }

        private static void u16(ByteArrayOutputStream out, int value) {
            out.write(value >>> 8);
            out.write(value);
        }
    }

    /** The key of every daemon in these tests. */
    public static final byte[] KEY = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    public static byte[] hello(long pid) {
        return hello(0, pid, KEY);
    }

    public static byte[] hello(int settings, long pid, byte[] key) {
        ByteBuffer payload = ByteBuffer.allocate(12 + key.length)
                .put(Decoder.MAGIC)
                .put((byte) VERSION_MAJOR)
                .put((byte) VERSION_MINOR);
        return frame(
                FRAME_HELLO,
                0,
                0,
                payload.putShort(6, (short) settings)
                        .putInt(8, (int) pid)
                        .put(12, key)
                        .array());
    }

    public static byte[] data(int serial, byte[] payload) {
        return frame(FRAME_DATA, 0, serial, payload);
    }

    public static byte[] end(int serial, boolean cut) {
        return frame(FRAME_END, cut ? FLAG_END_CUT : 0, serial, new byte[0]);
    }

    /** Names and values in turn. */
    public static byte[] trailers(int serial, List<String> fields) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        RequestBuilder.pairs(out, fields);
        return frame(FRAME_TRAILERS, 0, serial, out.toByteArray());
    }

    public static byte[] frame(int type, int flags, int serial, byte[] payload) {
        ByteBuffer out = ByteBuffer.allocate(HEADER_SIZE + payload.length);
        FrameHeader.encode(out, 0, payload.length, type, flags, serial);
        return out.put(HEADER_SIZE, payload).array();
    }

    /**
     * How many bytes the frame at the start of this buffer has, as soon as its header is there;
     * else 0.
     */
    public static int sizeOf(ByteBuffer in) {
        return in.remaining() < HEADER_SIZE ? 0 : HEADER_SIZE + in.getInt(in.position());
    }

    /** Takes a daemon's frame off a buffer that holds all of it. */
    public static Frame decode(ByteBuffer in) {
        int length = in.getInt();
        int type = in.get() & 0xff;
        int flags = in.get();
        int serial = in.getShort() & 0xffff;
        byte[] bytes = new byte[length];
        in.get(bytes);
        ByteBuffer payload = ByteBuffer.wrap(bytes);
        Frame frame = payload(type, flags, serial, payload);
        if (payload.hasRemaining()) {
            throw new IllegalArgumentException("goes on after its last field: " + frame);
        }
        return frame;
    }

    private static Frame payload(int type, int flags, int serial, ByteBuffer payload) {
        return switch (type) {
            case FRAME_WELCOME -> {
                payload.position(5);
                int minor = payload.get();
                payload.getShort();
                yield new Frame.Welcome(minor, payload.getInt() & 0xffffffffL);
            }
            case FRAME_RESPONSE -> response(flags, serial, payload);
            case FRAME_INFORM -> {
                int status = payload.getShort();
                yield new Frame.Inform(serial, status, fields(payload));
            }
            case FRAME_UPGRADED -> new Frame.Upgraded(serial, fields(payload));
            case FRAME_TRAILERS -> new Frame.Trailers(serial, fields(payload));
            case FRAME_LOG -> {
                int level = payload.get();
                yield new Frame.Log(serial, level, string(payload));
            }
            case FRAME_DATA -> {
                byte[] data = new byte[payload.remaining()];
                payload.get(data);
                yield new Frame.Data(serial, (flags & FLAG_DATA_FLUSH) != 0, data);
            }
            case FRAME_PLACE -> new Frame.Place(serial, (flags & FLAG_PLACE_HELD) != 0);
            case FRAME_END -> new Frame.End(serial, false);
            case FRAME_CREDIT -> new Frame.Credit(serial, payload.getInt() & 0xffffffffL);
            case FRAME_REFUSED -> new Frame.Refused(serial, reason(payload.get()));
            case FRAME_FAILED -> {
                int status = payload.getShort();
                yield new Frame.Failed(serial, status, string(payload));
            }
            case FRAME_ABORT -> new Frame.Abort(serial, string(payload));
            default -> throw new IllegalArgumentException("type " + type);
        };
    }

    private static Frame response(int flags, int serial, ByteBuffer payload) {
        int status = payload.getShort();
        long contentLength = payload.getLong();
        if ((flags & FLAG_RESPONSE_FILE) != 0) {
            long offset = payload.getLong();
            return new Frame.FileResponse(serial, status, contentLength, offset, fields(payload));
        }
        List<Frame.Field> fields = fields(payload);
        boolean hasBody = (flags & FLAG_RESPONSE_BODY) != 0;
        boolean flush = (flags & FLAG_RESPONSE_FLUSH) != 0;
        return new Frame.Response(serial, hasBody, flush, status, contentLength, fields);
    }

    private static List<Frame.Field> fields(ByteBuffer payload) {
        List<Frame.Field> fields = new ArrayList<>();
        for (int count = payload.getShort() & 0xffff; count > 0; count--) {
            String name = string(payload);
            fields.add(new Frame.Field(name, string(payload)));
        }
        return fields;
    }

    static Frame.Reason reason(int number) {
        for (Frame.Reason reason : Frame.Reason.values()) {
            if (reason.number() == number) {
                return reason;
            }
        }
        throw new AssertionError("reason " + number);
    }

    private static String string(ByteBuffer payload) {
        byte[] bytes = new byte[payload.getShort() & 0xffff];
        payload.get(bytes);
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }
}

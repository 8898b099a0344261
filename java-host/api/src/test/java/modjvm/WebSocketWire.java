package modjvm;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/** The client's side of a WebSocket: makes masked frames, and tells what the server's are. */
final class WebSocketWire {
    private static final int MASK = 0x37fa213d;

    private WebSocketWire() {}

    /** A masked frame with the shortest length that will do. */
    static byte[] frame(int first, byte... payload) {
        ByteBuffer frame = ByteBuffer.allocate(14 + payload.length).put((byte) first);
        if (payload.length < 126) {
            frame.put((byte) (0x80 | payload.length));
        } else if (payload.length < 65536) {
            frame.put((byte) 0xfe).putShort((short) payload.length);
        } else {
            frame.put((byte) 0xff).putLong(payload.length);
        }
        frame.putInt(MASK);
        for (int i = 0; i < payload.length; i++) {
            frame.put((byte) (payload[i] ^ MASK >>> 24 - 8 * (i % 4)));
        }
        byte[] bytes = new byte[frame.position()];
        frame.rewind().get(bytes);
        return bytes;
    }

    static byte[] frame(int first, String payload) {
        return frame(first, payload.getBytes(StandardCharsets.UTF_8));
    }

    static byte[] text(String text) {
        return frame(0x81, text);
    }

    static byte[] close(int code, String reason) {
        return frame(0x88, new WebSocketClose(code, reason).payload());
    }

    static byte[] hex(String text) {
        return HexFormat.of().parseHex(text.replace(" ", ""));
    }

    static byte[] all(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    /**
     * Has a handler hold a conversation whose client's part is known beforehand; tells what the
     * server said.
     */
    static List<String> converse(byte[] client, WebSocketHandler handler) throws Exception {
        return converse(new ByteArrayInputStream(client), WebSocketOptions.defaults(), handler);
    }

    static List<String> converse(InputStream client, WebSocketOptions options, WebSocketHandler handler)
            throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        new WebSocket(client, out, Optional.empty(), options).converse(handler);
        return describe(out.toByteArray());
    }

    /** The server's frames: {@code text hello}, {@code close 1000 bye}, {@code pong 0102}. */
    static List<String> describe(byte[] server) {
        List<String> frames = new ArrayList<>();
        for (ByteBuffer in = ByteBuffer.wrap(server); in.hasRemaining(); ) {
            int first = Byte.toUnsignedInt(in.get());
            byte[] payload = new byte[length(in)];
            in.get(payload);
            frames.add(describe(first, payload).strip());
        }
        return frames;
    }

    /** A server uses the shortest way to say it. */
    private static int length(ByteBuffer in) {
        int length = in.get();
        if (length == 126) {
            length = Short.toUnsignedInt(in.getShort());
            assertThat(length).isGreaterThanOrEqualTo(126);
        } else if (length == 127) {
            length = Math.toIntExact(in.getLong());
            assertThat(length).isGreaterThan(65535);
        }
        return length;
    }

    private static String describe(int first, byte[] payload) {
        return switch (first) {
            case 0x81 -> "text " + new String(payload, StandardCharsets.UTF_8);
            case 0x82 -> "binary " + HexFormat.of().formatHex(payload);
            case 0x88 -> "close " + (payload.length == 0 ? "" : describe(ByteBuffer.wrap(payload)));
            case 0x89 -> "ping " + HexFormat.of().formatHex(payload);
            case 0x8a -> "pong " + HexFormat.of().formatHex(payload);
            default -> throw new AssertionError("a frame that begins with " + first);
        };
    }

    private static String describe(ByteBuffer close) {
        return close.getShort() + " " + StandardCharsets.UTF_8.decode(close);
    }
}

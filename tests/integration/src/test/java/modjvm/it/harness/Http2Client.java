package modjvm.it.harness;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * One request over HTTP/2 without TLS (RFC 9113), on a connection of its own, frame by frame: for
 * what ready-made clients do not do, such as an upload that stalls. Understands as much of HPACK as
 * it takes to read the status of a first response.
 */
public final class Http2Client implements AutoCloseable {
    public static final int DATA = 0;
    public static final int HEADERS = 1;
    public static final int RST_STREAM = 3;
    private static final int SETTINGS = 4;
    private static final int PING = 6;
    private static final int GOAWAY = 7;
    private static final int WINDOW_UPDATE = 8;

    public static final int END_STREAM = 1;
    private static final int ACK = 1;
    private static final int END_HEADERS = 4;

    private static final int LARGE_WINDOW = 1 << 30;
    private static final String[] INDEXED_STATUSES = {"200", "204", "206", "304", "400", "404", "500"}; // 8 to 14

    private final Socket socket;
    private final DataInputStream in;
    private int lastStream = 1;

    /** A frame of stream 1. */
    public record Frame(int type, int flags, byte[] payload) {
        public boolean isLast() {
            return type == RST_STREAM || (flags & END_STREAM) != 0;
        }

        public String text() {
            return new String(payload, StandardCharsets.UTF_8);
        }
    }

    /** @param fields names and values in turn, pseudo-header fields first */
    public Http2Client(int port, boolean hasBody, String... fields) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout((int) Await.scaled(Await.LONG).toMillis());
        in = new DataInputStream(socket.getInputStream());
        socket.getOutputStream().write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        // INITIAL_WINDOW_SIZE
        frame(
                SETTINGS,
                0,
                0,
                ByteBuffer.allocate(6).putShort((short) 4).putInt(LARGE_WINDOW).array());
        frame(HEADERS, END_HEADERS | (hasBody ? 0 : END_STREAM), 1, block(fields));
    }

    private static byte[] block(String... fields) {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        for (int i = 0; i < fields.length; i += 2) {
            block.write(0); // literal, not indexed, by name
            string(block, fields[i]);
            string(block, fields[i + 1]);
        }
        return block.toByteArray();
    }

    private static void string(ByteArrayOutputStream out, String text) {
        if (text.length() > 126) {
            throw new IllegalArgumentException(text);
        }
        out.write(text.length());
        out.writeBytes(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    private void frame(int type, int flags, int stream, byte[] payload) throws IOException {
        byte[] frame = ByteBuffer.allocate(9 + payload.length)
                .putInt(payload.length << 8 | type)
                .put((byte) flags)
                .putInt(stream)
                .put(payload)
                .array();
        socket.getOutputStream().write(frame);
    }

    public void send(byte[] data) throws IOException {
        frame(DATA, 0, 1, data);
    }

    /** Ends the request with trailers, names and values in turn. */
    public void end(String... fields) throws IOException {
        frame(HEADERS, END_HEADERS | END_STREAM, 1, block(fields));
    }

    /** Makes another request, without a body, and resets it at once. */
    public void openAndReset(String... fields) throws IOException {
        lastStream += 2;
        frame(HEADERS, END_HEADERS | END_STREAM, lastStream, block(fields));
        frame(RST_STREAM, 0, lastStream, new byte[] {0, 0, 0, 8}); // CANCEL
    }

    public void reset() throws IOException {
        frame(RST_STREAM, 0, 1, new byte[] {0, 0, 0, 8}); // CANCEL
    }

    /** The next frame of the stream; DATA is credited again. */
    public Frame receive() throws IOException {
        while (true) {
            int lengthAndType = in.readInt();
            int flags = in.readUnsignedByte();
            int stream = in.readInt();
            byte[] payload = new byte[lengthAndType >>> 8];
            in.readFully(payload);
            int type = lengthAndType & 0xff;
            if (type == SETTINGS && (flags & ACK) == 0) {
                frame(SETTINGS, ACK, 0, new byte[0]);
            } else if (type == PING && (flags & ACK) == 0) {
                frame(PING, ACK, 0, payload);
            } else if (type == GOAWAY) {
                throw new EOFException("GOAWAY");
            } else if (stream == 1 && type != WINDOW_UPDATE) {
                if (type == DATA && payload.length > 0) {
                    frame(
                            WINDOW_UPDATE,
                            0,
                            0,
                            ByteBuffer.allocate(4).putInt(payload.length).array());
                }
                return new Frame(type, flags, payload);
            }
        }
    }

    /** Waits for a response's head, and returns its status. */
    public String status() throws IOException {
        Frame frame = receive();
        if (frame.type != HEADERS) {
            throw new IOException("frame of type " + frame.type + " where HEADERS is due");
        }
        return status(frame.payload);
    }

    private static String status(byte[] block) throws IOException {
        int at = 0;
        while ((block[at] & 0xe0) == 0x20) {
            at++; // the table's size
        }
        int first = block[at] & 0xff;
        if (first >= 0x88 && first <= 0x8e) {
            return INDEXED_STATUSES[first - 0x88];
        }
        if (first != 0x48 && first != 0x08 && first != 0x18) {
            throw new IOException("a first field that is no :status");
        }
        int length = block[at + 1] & 0x7f;
        boolean isHuffman = (block[at + 1] & 0x80) != 0;
        return isHuffman
                ? digits(ByteBuffer.wrap(block, at + 2, length))
                : new String(block, at + 2, length, StandardCharsets.US_ASCII);
    }

    /** Huffman's code of three digits: five bits for 0 to 2, six for the others. */
    private static String digits(ByteBuffer bytes) {
        long bits = 0;
        int left = 0;
        while (bytes.hasRemaining()) {
            bits = bits << 8 | bytes.get() & 0xff;
            left += 8;
        }
        StringBuilder text = new StringBuilder();
        while (text.length() < 3) {
            int five = (int) (bits >>> (left - 5)) & 0x1f;
            if (five <= 2) {
                text.append(five);
                left -= 5;
            } else {
                text.append(((int) (bits >>> (left - 6)) & 0x3f) - 0x19 + 3);
                left -= 6;
            }
        }
        return text.toString();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}

package modjvm.proxy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** What comes from the program's server, buffered. Used by one thread at a time. */
final class ServerInput {
    private static final int SIZE = 16_384;
    /** For those who send more than that at once. */
    private static final int LARGE = 65_536;

    private final SocketChannel channel;
    private byte[] bytes = new byte[SIZE];
    private int position;
    private int limit;

    ServerInput(SocketChannel channel) {
        this.channel = channel;
    }

    /** What is there: {@link #available} bytes from {@link #position} on. */
    byte[] bytes() {
        return bytes;
    }

    int position() {
        return position;
    }

    int available() {
        return limit - position;
    }

    void skip(int count) {
        position += count;
    }

    /**
     * Waits for more; what is there stays.
     *
     * @return false at the end
     */
    boolean fill() throws ServerException {
        if (position == limit) {
            if (limit == bytes.length && limit < LARGE) {
                bytes = new byte[LARGE];
            }
            position = 0;
            limit = 0;
        } else if (limit == bytes.length && position > 0) {
            System.arraycopy(bytes, position, bytes, 0, limit - position);
            limit -= position;
            position = 0;
        } else if (limit == bytes.length) {
            bytes = Arrays.copyOf(bytes, 2 * bytes.length);
        }
        try {
            int count = channel.read(ByteBuffer.wrap(bytes, limit, bytes.length - limit));
            limit += Math.max(0, count);
            return count > 0;
        } catch (IOException e) {
            throw new ServerException("the connection is lost: " + e, e);
        }
    }

    /**
     * Takes a line. Ends it at a line feed, before which a carriage return is no part of it.
     *
     * @param most bytes that it may have
     */
    String line(int most) throws ServerException {
        int length = 0;
        while (true) {
            while (length < available() && bytes[position + length] != '\n') {
                length++;
            }
            if (length > most) {
                throw new ServerException("a line, or the head as a whole, is too long");
            }
            if (length < available()) {
                break;
            }
            if (!fill()) {
                throw new ServerException("the server has closed the connection in the middle of a response");
            }
        }
        boolean hasReturn = length > 0 && bytes[position + length - 1] == '\r';
        String line = new String(bytes, position, hasReturn ? length - 1 : length, StandardCharsets.ISO_8859_1);
        position += length + 1;
        return line;
    }
}

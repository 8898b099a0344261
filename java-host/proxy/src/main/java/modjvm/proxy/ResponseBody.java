package modjvm.proxy;

import java.io.IOException;
import modjvm.Headers;
import modjvm.spi.ResponseHead;
import modjvm.spi.ResponseSink;

/** Copies the body of a response of the program's server to the client, as it comes. */
final class ResponseBody {
    /** Bytes of a line that says how long a chunk is. */
    private static final int MOST_LINE_BYTES = 1_024;

    private static final int HEX = 16;
    /** More of them could overflow. */
    private static final int MOST_DIGITS = 15;

    private final ServerInput in;
    private final ResponseSink out;

    ResponseBody(ServerInput in, ResponseSink out) {
        this.in = in;
        this.out = out;
    }

    /**
     * Copies it to its end.
     *
     * @return the fields after it
     * @throws ServerException if it is malformed, or ends early
     * @throws IOException if the client has left
     */
    Headers copy(ServerResponse response) throws IOException {
        if (response.isChunked()) {
            return copyChunks();
        }
        if (response.length() == ResponseHead.UNKNOWN) {
            copyAll();
        } else {
            copy(response.length());
        }
        return Headers.empty();
    }

    private void copyAll() throws IOException {
        boolean hasMore = true;
        while (hasMore) {
            write(in.available());
            out.flush();
            hasMore = in.fill();
        }
    }

    private void copy(long length) throws IOException {
        long left = length;
        while (true) {
            int count = (int) Math.min(left, in.available());
            write(count);
            left -= count;
            if (left == 0) {
                return;
            }
            more();
        }
    }

    private Headers copyChunks() throws IOException {
        while (true) {
            long length = chunkLength(line());
            if (length == 0) {
                return ServerResponse.fields(in, ServerResponse.MOST_BYTES);
            }
            copy(length);
            if (!line().isEmpty()) {
                throw new ServerException("a chunk of its response is longer than it says");
            }
        }
    }

    /** What there is of the body is sent before this waits. */
    private String line() throws IOException {
        int length = 0;
        while (true) {
            while (length < in.available() && in.bytes()[in.position() + length] != '\n') {
                length++;
            }
            if (length < in.available()) {
                break;
            }
            if (length > MOST_LINE_BYTES) {
                throw new ServerException("a chunk of its response begins with no length");
            }
            more();
        }
        if (length == 0 || in.bytes()[in.position() + length - 1] != '\r') {
            throw new ServerException("a chunk of its response does not end with CR LF");
        }
        return in.line(MOST_LINE_BYTES);
    }

    private static long chunkLength(String line) throws ServerException {
        int digits = 0;
        long length = 0;
        while (digits < line.length() && Character.digit(line.charAt(digits), HEX) >= 0) {
            length = length * HEX + Character.digit(line.charAt(digits), HEX);
            digits++;
            if (digits > MOST_DIGITS) {
                throw new ServerException("a chunk of its response is too long");
            }
        }
        String extension = line.substring(digits).strip();
        if (digits == 0 || !extension.isEmpty() && extension.charAt(0) != ';') {
            throw new ServerException("a chunk of its response begins with no length");
        }
        return length;
    }

    private void more() throws IOException {
        out.flush();
        if (!in.fill()) {
            throw new ServerException("the server has closed the connection in the middle of a response");
        }
    }

    private void write(int count) throws IOException {
        if (count > 0) {
            out.write(in.bytes(), in.position(), count);
            in.skip(count);
        }
    }
}

package modjvm;

import static modjvm.LintRule.*;

import java.io.IOException;
import java.io.InputStream;
import java.util.OptionalLong;

/**
 * A request's body, or what a client sends after an upgrade, checked while it is read. Used by one
 * thread at a time.
 */
final class LintInput extends InputStream {
    private static final int END = -1;
    private static final int MAX_OCTET = 255;

    private final InputStream body;
    private final boolean isLengthKnown;
    private final long length;
    private long count;
    /** Volatile: asked for trailers, any thread looks at it. */
    private volatile boolean isAtEnd;
    /** Volatile: a thread of the application's own may still read. */
    private volatile boolean isOver;

    LintInput(InputStream body, OptionalLong length) {
        this.body = body;
        this.isLengthKnown = length.isPresent();
        this.length = length.orElse(Long.MAX_VALUE);
    }

    /** The handler of an upgrade has returned, or thrown. */
    void end() {
        isOver = true;
    }

    boolean isAtEnd() {
        return isAtEnd;
    }

    @Override
    public int read() throws IOException {
        checkOpen();
        int octet = body.read();
        BODY_READ.check(octet >= END && octet <= MAX_OCTET, "read() returned " + octet);
        count(octet == END ? END : 1);
        return octet;
    }

    @Override
    public int read(byte[] bytes, int offset, int room) throws IOException {
        checkOpen();
        int read = body.read(bytes, offset, room);
        if (room > 0) {
            BODY_READ.check(
                    read == END || read > 0 && read <= room, "a read of up to " + room + " bytes returned " + read);
            count(read);
        }
        return read;
    }

    @Override
    public int available() throws IOException {
        return body.available();
    }

    @Override
    public void close() throws IOException {
        body.close();
    }

    private void checkOpen() {
        STREAM_OPEN.check(!isOver, "read after its handler had returned");
    }

    private void count(int read) {
        if (read == END) {
            isAtEnd = true;
            BODY_LENGTH.check(!isLengthKnown || count == length, "ended after " + count + " of " + length + " bytes");
            return;
        }
        BODY_END.check(!isAtEnd, "bytes after the end");
        count += read;
        BODY_LENGTH.check(count <= length, "goes on after " + length + " bytes");
    }
}

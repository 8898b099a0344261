package modjvm;

import static modjvm.LintRule.*;

import java.io.IOException;
import java.io.OutputStream;
import java.util.OptionalLong;

/**
 * The stream of a {@link BodyWriter} or an {@link UpgradeHandler}, checked while it is written.
 * Thread-safe by its lock.
 */
final class LintOutput extends OutputStream {
    private final OutputStream out;
    private final boolean isPromised;
    private final long limit;
    private long count;
    private boolean isClosed;
    private boolean isBroken;

    LintOutput(OutputStream out, OptionalLong promised) {
        this.out = out;
        this.isPromised = promised.isPresent();
        this.limit = promised.orElse(Long.MAX_VALUE);
    }

    @Override
    public synchronized void write(int octet) throws IOException {
        write(new byte[] {(byte) octet}, 0, 1);
    }

    @Override
    public synchronized void write(byte[] bytes, int offset, int length) throws IOException {
        checkUsable();
        RESPONSE_LENGTH.check(length <= limit - count, "more than the promised " + limit + " bytes");
        attempt(() -> out.write(bytes, offset, length));
        count += length;
    }

    @Override
    public synchronized void flush() throws IOException {
        checkUsable();
        attempt(out::flush);
    }

    @Override
    public synchronized void close() throws IOException {
        isClosed = true;
        out.close();
    }

    /** The writer or handler has returned, or thrown. */
    synchronized void end() {
        isClosed = true;
    }

    /** The body is whole, says its writer. */
    synchronized void checkLength() {
        RESPONSE_LENGTH.check(
                !isPromised || isBroken || count == limit, "ended after " + count + " of " + limit + " bytes");
    }

    private void checkUsable() {
        STREAM_BROKEN.check(!isBroken, "used again after it had thrown");
        STREAM_OPEN.check(!isClosed, "used after it was closed, or after its writer or handler had returned");
    }

    private void attempt(Attempt attempt) throws IOException {
        isBroken = true;
        attempt.run();
        isBroken = false;
    }

    private interface Attempt {
        void run() throws IOException;
    }
}

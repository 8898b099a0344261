package modjvm.wire;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What a body's writer writes to. Refuses more than was promised. Thread-safe by its lock: a writer may use threads of its own, and may still
 * hold it when the response is over.
 */
final class ResponseStream extends OutputStream {
    /** Not a monitor: a virtual thread waits for the client in it. */
    private final ReentrantLock lock = new ReentrantLock();

    private final FrameWriter output;
    private final long promised;
    private long written;
    private boolean surplus;
    private boolean closed;

    /** @param promised the length; negative if none was */
    ResponseStream(FrameWriter output, long promised) {
        this.output = output;
        this.promised = promised;
    }

    @Override
    public void write(int octet) throws IOException {
        write(new byte[] {(byte) octet}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        lock.lock();
        try {
            Objects.checkFromIndexSize(offset, length, bytes.length);
            checkOpen();
            if (promised >= 0 && length > promised - written) {
                surplus = true;
                throw new IOException("more than the Content-Length of " + promised + " bytes");
            }
            output.write(bytes, offset, length);
            written += length;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void flush() throws IOException {
        lock.lock();
        try {
            checkOpen();
            output.flush();
        } finally {
            lock.unlock();
        }
    }

    /** Ends the writing; what was written leaves with the response's end. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
        } finally {
            lock.unlock();
        }
    }

    /** What is wrong with the body's length, now that the writer is done; empty if nothing is. */
    String fault() {
        lock.lock();
        try {
            if (surplus) {
                return "the response has more than its Content-Length of " + promised + " bytes";
            }
            if (promised >= 0 && written < promised) {
                return "the response has " + written + " bytes of its Content-Length of " + promised;
            }
            return "";
        } finally {
            lock.unlock();
        }
    }

    private void checkOpen() throws IOException {
        if (closed) {
            throw new IOException("the response is closed");
        }
    }
}

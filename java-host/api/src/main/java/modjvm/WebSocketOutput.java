package modjvm;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

/** Sends frames, each one whole and at once, none after a Close. Thread-safe by its lock. */
final class WebSocketOutput {
    private static final int FINAL = 0x80;
    private static final int LENGTH_16 = 126;
    private static final int LENGTH_64 = 127;
    private static final int MAX_HEAD_BYTES = 10;
    private static final int PIECE_BYTES = 64 * 1024;

    private final Lock lock = new ReentrantLock();
    private final ByteBuffer head = ByteBuffer.allocate(MAX_HEAD_BYTES);
    private final OutputStream out;
    /**
     * Both go from false to true alone. Volatile: whoever receives does not wait for a client that
     * is slow to take.
     */
    private volatile boolean isClosed;

    private volatile boolean isBroken;

    WebSocketOutput(OutputStream out) {
        this.out = out;
    }

    /**
     * Sends a frame.
     *
     * @throws IOException if the client is gone, or the WebSocket is closed
     */
    void send(int opcode, byte[] payload) throws IOException {
        if (!trySend(opcode, payload)) {
            throw new IOException("the WebSocket is closed");
        }
    }

    /**
     * Sends a frame, or nothing if the WebSocket is closed.
     *
     * @return whether it was sent
     * @throws InterruptedIOException if the thread has been told to stop; the flag stays. Nothing
     *     has been sent then, so that a thread which is told to stop does no harm to the
     *     connections of others
     */
    boolean trySend(int opcode, byte[] payload) throws IOException {
        acquire();
        boolean isSent = false;
        try {
            if (isClosed) {
                return false;
            }
            write(opcode, payload);
            isSent = true;
            if (opcode == WebSocketOpcode.CLOSE) {
                isClosed = true;
            }
            return true;
        } finally {
            if (!isSent && !isClosed) {
                abandon();
            }
            lock.unlock();
        }
    }

    /** Sends nothing any more. Does not wait for what another thread is sending. */
    void abandon() {
        isBroken = true;
        isClosed = true;
    }

    /** Sends nothing any more, and does not use the stream any more. */
    void end() {
        lock.lock();
        try {
            abandon();
        } finally {
            lock.unlock();
        }
    }

    /** Whether nothing can be sent any more. */
    boolean isClosed() {
        return isClosed;
    }

    /** Whether it was closed by something else than a Close. */
    boolean isBroken() {
        return isBroken;
    }

    private void acquire() throws InterruptedIOException {
        try {
            lock.lockInterruptibly();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("told to stop before it was sent");
        }
    }

    private void write(int opcode, byte[] payload) throws IOException {
        int length = payload.length;
        head.clear().put((byte) (FINAL | opcode));
        if (length < LENGTH_16) {
            head.put((byte) length);
        } else if (length <= 0xffff) {
            head.put((byte) LENGTH_16).putShort((short) length);
        } else {
            head.put((byte) LENGTH_64).putLong(length);
        }
        out.write(head.array(), 0, head.position());
        for (int done = 0; done < length; done += PIECE_BYTES) {
            out.write(payload, done, Math.min(PIECE_BYTES, length - done));
        }
        out.flush();
    }
}

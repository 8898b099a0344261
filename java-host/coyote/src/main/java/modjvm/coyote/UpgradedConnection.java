package modjvm.coyote;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import modjvm.GoingAwayException;
import modjvm.spi.Tunnel;
import org.jspecify.annotations.Nullable;

/**
 * The connection of an exchange that has been upgraded. The thread of the exchange waits for what
 * comes, whenever somebody is interested; all threads may take it, and write.
 */
final class UpgradedConnection {
    private static final int BUFFER_BYTES = 8192;

    private final Tunnel tunnel;
    private final byte[] buffer = new byte[BUFFER_BYTES];

    /** Held by who reads the tunnel, perhaps for long. */
    private final ReentrantLock reading = new ReentrantLock();
    /** What has come and has not been taken; guarded by reading. */
    private ByteBuffer ready = ByteBuffer.wrap(buffer, 0, 0);

    /** Guarded by reading. */
    private boolean isEnded;

    /** Guarded by reading. */
    private boolean isGoingAway;

    private @Nullable IOException failure;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    /** Guarded by lock. */
    private boolean isWanted;
    /** Guarded by lock. */
    private boolean isTaken = true;
    /** Guarded by lock. */
    private boolean isClosed;

    UpgradedConnection(Tunnel tunnel) {
        this.tunnel = tunnel;
    }

    /** What happens to a connection while nobody does anything with it. */
    enum News {
        /** There is something to read, or the end. */
        READABLE,
        /** The process is about to end. */
        GOING_AWAY,
        /** This side has closed it. */
        CLOSED
    }

    /**
     * Waits until something is there to read that somebody has asked for. For the exchange's
     * thread.
     */
    News await() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (!isClosed && !(isWanted && isTaken)) {
                changed.await();
            }
            if (isClosed) {
                return News.CLOSED;
            }
            isWanted = false;
        } finally {
            lock.unlock();
        }
        reading.lock();
        try {
            fill();
            boolean isNews = isGoingAway && !isEnded;
            isEnded |= isGoingAway;
            return isNews ? News.GOING_AWAY : News.READABLE;
        } finally {
            reading.unlock();
        }
    }

    /** Reads the tunnel if nothing is there. */
    private void fill() {
        reading.lock();
        try {
            if (!ready.hasRemaining() && !isEnded && !isGoingAway && failure == null) {
                int count = tunnel.input().read(buffer, 0, buffer.length);
                isEnded = count < 0;
                set(ByteBuffer.wrap(buffer, 0, Math.max(0, count)));
            }
        } catch (GoingAwayException e) {
            isGoingAway = true;
        } catch (IOException e) {
            failure = e;
        } finally {
            reading.unlock();
        }
    }

    private void set(ByteBuffer bytes) {
        ready = bytes;
        lock.lock();
        try {
            isTaken = !bytes.hasRemaining();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Has {@link #await} return when there is something to read. */
    void want() {
        lock.lock();
        try {
            isWanted = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Whether a read would not wait. */
    boolean isReady() {
        if (!reading.tryLock()) {
            return false; // somebody waits for more
        }
        try {
            if (!ready.hasRemaining() && tunnel.input().isReady()) {
                fill();
            }
            return ready.hasRemaining() || isEnded || failure != null;
        } finally {
            reading.unlock();
        }
    }

    /**
     * Returns how much was read, 0 if there is nothing and it does not wait for that, -1 at the
     * end.
     */
    int read(boolean waits, ByteBuffer to) throws IOException {
        if (!waits && !isReady()) {
            return 0;
        }
        reading.lock();
        try {
            fill();
            if (ready.hasRemaining()) {
                int count = Math.min(ready.remaining(), to.remaining());
                to.put(ready.slice(ready.position(), count));
                ready.position(ready.position() + count);
                set(ready);
                return count;
            }
            if (failure != null) {
                throw failure;
            }
            return -1;
        } finally {
            reading.unlock();
        }
    }

    /** Waits for the client if it is slow. */
    void write(ByteBuffer from) throws IOException {
        byte[] bytes = new byte[from.remaining()];
        from.get(bytes);
        tunnel.output().write(bytes, 0, bytes.length);
    }

    void flush() throws IOException {
        tunnel.output().flush();
    }

    /** Has the exchange's thread end the connection. */
    void close() {
        lock.lock();
        try {
            isClosed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        try {
            tunnel.input().close();
        } catch (IOException e) {
            return; // it is lost: then nobody waits any more
        }
    }

    /** Ends the tunnel in order. */
    void end() throws IOException {
        tunnel.close();
    }
}

package modjvm.coyote;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import modjvm.spi.ResponseSink;
import org.apache.tomcat.util.net.SocketEvent;
import org.jspecify.annotations.Nullable;

/**
 * Sends what is put by, by a thread that lives as long as there is something to send. Thread-safe
 * by its lock.
 */
final class WriteBehind implements Runnable {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition written = lock.newCondition();
    /** Pieces of the body; an empty one is a flush. */
    private final ArrayDeque<byte[]> pending = new ArrayDeque<>();

    private final ResponseSink sink;
    private final ExchangeSocket socket;
    private boolean isRunning;
    private boolean isAwaited;
    private @Nullable IOException failure;

    WriteBehind(ResponseSink sink, ExchangeSocket socket) {
        this.sink = sink;
        this.socket = socket;
    }

    /** Copies the bytes. */
    void add(ByteBuffer bytes) throws IOException {
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(copy);
        if (copy.length > 0) {
            put(copy);
        }
    }

    void flush() throws IOException {
        put(new byte[0]);
    }

    private void put(byte[] bytes) throws IOException {
        lock.lock();
        try {
            if (failure != null) {
                throw new IOException("the response cannot be sent", failure);
            }
            pending.add(bytes);
            if (!isRunning) {
                isRunning = true;
                socket.execute(this);
            }
        } finally {
            lock.unlock();
        }
    }

    boolean isPending() {
        lock.lock();
        try {
            return isRunning;
        } finally {
            lock.unlock();
        }
    }

    void tellWhenWritten() {
        boolean isDone;
        lock.lock();
        try {
            isAwaited = isRunning;
            isDone = !isRunning;
        } finally {
            lock.unlock();
        }
        if (isDone) {
            tell();
        }
    }

    void awaitWritten() throws IOException {
        lock.lock();
        try {
            while (isRunning) {
                written.awaitUninterruptibly();
            }
            if (failure != null) {
                throw new IOException("the response cannot be sent", failure);
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void run() {
        try {
            for (byte[] next = next(); next != null; next = next()) {
                if (next.length == 0) {
                    sink.flush();
                } else {
                    sink.write(next, 0, next.length);
                }
            }
        } catch (IOException e) {
            end(e);
        }
    }

    /** Null, and this is not running any more, if there is nothing. */
    private byte @Nullable [] next() {
        lock.lock();
        try {
            byte[] next = pending.poll();
            if (next == null) {
                end(null);
            }
            return next;
        } finally {
            lock.unlock();
        }
    }

    private void end(@Nullable IOException why) {
        lock.lock();
        try {
            isRunning = false;
            if (why != null) {
                failure = why;
                pending.clear();
                socket.setError(why);
            }
            written.signalAll();
            if (isAwaited) {
                isAwaited = false;
                tell();
            }
        } finally {
            lock.unlock();
        }
    }

    private void tell() {
        socket.processSocket(failure == null ? SocketEvent.OPEN_WRITE : SocketEvent.ERROR, true);
    }
}

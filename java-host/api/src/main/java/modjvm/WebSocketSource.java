package modjvm;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * What the client sends, until a deadline once there is one. It ends where the stream ends or the deadline passes.
 * Read by one thread at a time; the deadline may be set by any, by its lock.
 */
final class WebSocketSource {
    private final InputStream in;
    private Thread reader = Thread.currentThread();
    private boolean isReading;
    private boolean isLate;
    private boolean isInterrupted;
    private Future<?> deadline = CompletableFuture.completedFuture(false);

    WebSocketSource(InputStream in) {
        this.in = in;
    }

    /**
     * Reads exactly as many bytes.
     *
     * @throws EOFException if the end comes before
     */
    void read(byte[] bytes, int offset, int length) throws IOException {
        for (int done = 0; done < length; ) {
            int count = readSome(bytes, offset + done, length - done);
            if (count < 0) {
                throw new EOFException("the client has ended the connection without a Close");
            }
            done += count;
        }
    }

    /** Sets the deadline: whoever still reads then is interrupted, as the stream has no other way to wake it. */
    synchronized void endAfter(Duration time) {
        deadline = Timer.EXECUTOR.schedule(this::end, time.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** No deadline any more. */
    synchronized void release() {
        deadline.cancel(false);
    }

    private int readSome(byte[] bytes, int offset, int length) throws IOException {
        if (!begin()) {
            return -1;
        }
        try {
            return in.read(bytes, offset, length);
        } catch (IOException e) {
            if (!isInterrupted()) {
                throw e;
            }
            return -1;
        } finally {
            finish();
        }
    }

    private synchronized boolean begin() {
        reader = Thread.currentThread();
        isReading = !isLate;
        return isReading;
    }

    private synchronized boolean isInterrupted() {
        return isInterrupted;
    }

    /** The interrupt from here does not outlive the read that it was for. */
    private synchronized void finish() {
        isReading = false;
        if (isInterrupted) {
            isInterrupted = false;
            Thread.interrupted();
        }
    }

    private synchronized void end() {
        isLate = true;
        if (isReading) {
            isInterrupted = true;
            reader.interrupt();
        }
    }

    /** One thread for all of them. It ends when idle, and has no class loader nor thread-locals of an application. */
    private static final class Timer {
        static final ScheduledThreadPoolExecutor EXECUTOR = new ScheduledThreadPoolExecutor(1, Timer::thread);

        static {
            EXECUTOR.setRemoveOnCancelPolicy(true);
            EXECUTOR.setKeepAliveTime(1, TimeUnit.MINUTES);
            EXECUTOR.allowCoreThreadTimeOut(true);
        }

        private static Thread thread(Runnable work) {
            Thread thread = new Thread(null, work, "modjvm-websocket-timer", 0, false);
            thread.setDaemon(true);
            thread.setContextClassLoader(WebSocketSource.class.getClassLoader());
            return thread;
        }
    }
}

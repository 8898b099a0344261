package modjvm;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;

/**
 * What the client sends, until a deadline once there is one. It ends where the stream ends or the
 * deadline passes. Read by one thread at a time; the deadline may be set by any, by its lock.
 */
final class WebSocketSource {
    /** How long a stream that was closed may take to wake its reader. */
    private static final Duration WAKE_TIME = Duration.ofMillis(500);

    private final InputStream in;
    private Thread reader = Thread.currentThread();
    private boolean isReading;
    /** When the reader began to wait for what it waits for now. */
    private long readingSince;

    private boolean isLate;
    private boolean isReleased;
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

    /** Sets the deadline, if there is none: whoever still reads then is woken. */
    synchronized void endAfter(Duration time) {
        if (deadline.isDone() && !isReleased) {
            deadline = WebSocketTimer.after(time, this::end);
        }
    }

    /** No deadline any more. */
    synchronized void release() {
        isReleased = true;
        deadline.cancel(false);
    }

    /**
     * For how long the client has sent nothing, as far as is known: somebody waits for it.
     *
     * @return nanoseconds; 0 while nobody reads
     */
    synchronized long silentFor(long nowNanos) {
        return isReading ? Math.max(0, nowNanos - readingSince) : 0;
    }

    private int readSome(byte[] bytes, int offset, int length) throws IOException {
        if (!begin(System.nanoTime())) {
            return -1;
        }
        try {
            return in.read(bytes, offset, length);
        } catch (IOException e) {
            if (!isLate()) {
                throw e;
            }
            return -1;
        } finally {
            finish();
        }
    }

    private synchronized boolean begin(long nowNanos) {
        reader = Thread.currentThread();
        readingSince = nowNanos;
        isReading = !isLate;
        return isReading;
    }

    private synchronized boolean isLate() {
        return isLate;
    }

    /** The interrupt from here does not outlive the read that it was for. */
    private synchronized void finish() {
        isReading = false;
        if (isInterrupted) {
            isInterrupted = false;
            Thread.interrupted();
        }
    }

    /**
     * Closing the stream wakes who reads, and what is still to be said can be: an interrupt would
     * end the connection.
     */
    private synchronized void end() {
        isLate = true;
        if (!isReading || isReleased) {
            return;
        }
        deadline = WebSocketTimer.after(WAKE_TIME, this::interrupt);
        try {
            in.close();
        } catch (IOException e) {
            interrupt();
        }
    }

    /** For a stream that does not wake its reader when it is closed. */
    private synchronized void interrupt() {
        if (isReading) {
            isInterrupted = true;
            reader.interrupt();
        }
    }
}

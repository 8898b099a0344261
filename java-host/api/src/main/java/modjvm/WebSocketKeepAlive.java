package modjvm;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;

/**
 * Pings a client that is silent, and finds out so whether it is still there. Thread-safe by its
 * lock, which is not held while anything is sent.
 *
 * <p>A client is judged only while somebody waits for it: what it has sent to an application that
 * does not read is not known. It gets its Pings all the same, so that the connection does not seem
 * idle to whoever is in between.
 */
final class WebSocketKeepAlive {
    private static final byte[] NOTHING = {};

    private final WebSocketSource source;
    private final WebSocketOutput output;
    private final Duration interval;
    private final Runnable onDead;

    private boolean isStopped;
    /**
     * A Ping is on its way out; it may have to wait until the client takes what was sent before.
     */
    private boolean isSending;

    private boolean isPinged;
    /** Before the last Ping was sent: what the client sends after that may be the answer. */
    private long pingedAt;
    /** After it was. */
    private long sentAt;

    private Future<?> next = CompletableFuture.completedFuture(false);

    /** @param onDead run once, on a thread that may wait, if the client does not answer */
    WebSocketKeepAlive(WebSocketSource source, WebSocketOutput output, Duration interval, Runnable onDead) {
        this.source = source;
        this.output = output;
        this.interval = interval;
        this.onDead = onDead;
    }

    /** Begins; not at all where the interval is none. */
    synchronized void start() {
        if (!interval.isZero()) {
            lookAfter(interval.toNanos());
        }
    }

    synchronized void stop() {
        isStopped = true;
        next.cancel(false);
    }

    private synchronized void look() {
        if (isStopped || output.isClosed()) {
            return;
        }
        long now = System.nanoTime();
        long silent = source.silentFor(now);
        if (isSending) {
            lookAfter(interval.toNanos());
        } else if (isPinged && silent > 0 && silent >= now - pingedAt) {
            awaitAnswer(interval.toNanos() - (now - sentAt));
        } else if (silent > 0 && silent < interval.toNanos()) {
            lookAfter(interval.toNanos() - silent);
        } else {
            lookAfter(interval.toNanos());
            isSending = true;
            WebSocketTimer.aside(this::ping);
        }
    }

    private void lookAfter(long nanos) {
        next = WebSocketTimer.after(Duration.ofNanos(nanos), this::look);
    }

    /** It has sent nothing since before the last Ping. */
    private void awaitAnswer(long nanosLeft) {
        if (nanosLeft > 0) {
            lookAfter(nanosLeft);
        } else {
            isStopped = true;
            WebSocketTimer.aside(onDead);
        }
    }

    private void ping() {
        boolean isSent = false;
        long before = System.nanoTime();
        try {
            isSent = output.trySend(WebSocketOpcode.PING, NOTHING);
        } catch (IOException e) {
            stop(); // the client is gone, as whoever reads or sends learns by himself
        } finally {
            sent(isSent, before, System.nanoTime());
        }
    }

    private synchronized void sent(boolean isSent, long beforeNanos, long afterNanos) {
        isSending = false;
        isPinged = isSent;
        pingedAt = beforeNanos;
        sentAt = afterNanos;
    }
}

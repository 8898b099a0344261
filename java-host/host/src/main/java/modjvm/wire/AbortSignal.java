package modjvm.wire;

import org.jspecify.annotations.Nullable;

/**
 * httpd at the other end of a connection: closing it, it gives the request up, be it that the client has left or that its time is over. Who
 * serves the request is then interrupted. Thread-safe by its lock.
 */
final class AbortSignal {
    private @Nullable RunningRequest request;
    private boolean gone;

    /** The request's thread serves it from here on. */
    synchronized void enter(RunningRequest running) {
        request = running;
        if (gone) {
            running.thread().interrupt();
        }
    }

    /** The current thread does no more; an interrupt that was meant for the request does not outlive it. */
    synchronized void leave() {
        request = null;
        Thread.interrupted();
    }

    /** It has closed the connection. */
    synchronized void hangUp() {
        gone = true;
        if (request != null) {
            request.thread().interrupt();
        }
    }

    synchronized boolean isGone() {
        return gone;
    }

    /** What is being served, or null. */
    synchronized @Nullable RunningRequest request() {
        return request;
    }
}

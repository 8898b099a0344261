package modjvm.host;

import org.jspecify.annotations.Nullable;

/**
 * httpd at the other end of a connection: closing it, it gives the request up, be it that the client has left or that its time is over. Who
 * serves the request is then interrupted. Thread-safe by its lock.
 */
final class Peer {
    private @Nullable Thread serving;
    private boolean gone;

    /** The current thread serves a request from here on. */
    synchronized void enter() {
        serving = Thread.currentThread();
        if (gone) {
            serving.interrupt();
        }
    }

    /** It does no more; an interrupt that was meant for the request does not outlive it. */
    synchronized void leave() {
        serving = null;
        Thread.interrupted();
    }

    /** It has closed the connection. */
    synchronized void hangUp() {
        gone = true;
        if (serving != null) {
            serving.interrupt();
        }
    }

    synchronized boolean isGone() {
        return gone;
    }
}

package modjvm.wire;

import modjvm.spi.AbstractExchange;
import org.jspecify.annotations.Nullable;

/**
 * httpd at the other end of a connection: closing it, it gives the request up, be it that the
 * client has left or that its time is over. Who serves the request is then told. Thread-safe by its
 * lock.
 */
final class AbortSignal {
    private @Nullable AbstractExchange exchange;
    private boolean gone;

    /** The current thread serves it from here on. */
    synchronized void enter(AbstractExchange served) {
        exchange = served;
        if (gone) {
            served.abort();
        }
    }

    /** It does no more; an interrupt that was meant for the request does not outlive it. */
    synchronized void leave() {
        if (exchange != null) {
            exchange.end();
            exchange = null;
        }
    }

    /** It has closed the connection. */
    synchronized void hangUp() {
        gone = true;
        if (exchange != null) {
            exchange.abort();
        }
    }

    synchronized boolean isGone() {
        return gone;
    }

    /** What is being served, or null. */
    synchronized @Nullable AbstractExchange exchange() {
        return exchange;
    }
}

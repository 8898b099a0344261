package modjvm.wire;

import java.nio.channels.SocketChannel;

/** Tells when peers close connections, which nobody who is busy reads from. Thread-safe. */
public interface Hangups {
    /**
     * Watches a connection until it is closed.
     *
     * @param id not negative; what {@link #await} returns, once, when the peer has closed it
     * @return false if it cannot be watched
     */
    boolean watch(SocketChannel channel, long id);

    /**
     * Waits for the next connection that its peer has closed; for one thread. Negative if there is
     * no more to wait for.
     */
    long await();
}

package modjvm.spi;

import java.io.IOException;
import java.time.Duration;
import java.util.Collection;

/**
 * Brings requests: takes connections, and makes an {@link AbstractExchange} of each request.
 * Thread-safe. Called by the host, in this order:
 *
 * <ol>
 *   <li>{@link #start}.
 *   <li>{@link #exchanges}, now and then, by whoever looks after overdue requests.
 *   <li>{@link #drain}, if the process ends in order: the dispatcher refuses all requests from then
 *       on. When none is in flight any more, {@link #awaitEnd}.
 *   <li>{@link #close}.
 * </ol>
 */
public interface Connector extends AutoCloseable {
    /**
     * Starts to take connections, on threads of its own; returns at once. Called once.
     *
     * @param to where the requests go
     * @throws IOException if no connection can be taken
     */
    void start(Dispatcher to) throws IOException;

    /**
     * Returns the exchanges that are being served at this moment, tunnels among them.
     *
     * @return a snapshot
     */
    Collection<? extends AbstractExchange> exchanges();

    /**
     * Ends connections that no request is being served on, those that become so, and does not wait.
     * What still arrives is taken and refused, so that nobody waits for an answer.
     */
    void drain();

    /**
     * Has the handlers of tunnels learn that the process is about to end: their reads throw
     * {@link modjvm.GoingAwayException}. Does not wait.
     */
    void endTunnels();

    /**
     * Ends the connections that are left, and waits for their threads, but not for those whose
     * permit is abandoned.
     *
     * @param limit how long to wait
     * @throws InterruptedException if the thread is interrupted while it waits
     */
    void awaitEnd(Duration limit) throws InterruptedException;

    /**
     * Takes no more connections, and breaks off those that there are. Has no effect the second
     * time.
     */
    @Override
    void close();
}

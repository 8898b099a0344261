package modjvm.spi;

import java.util.List;

/**
 * An application that has been made and can serve. Immutable.
 *
 * @param handler serves its exchanges, from now on
 * @param resources what is closed, all at once and each on a thread of its own, when the process
 *     ends in order: nothing is served any more by then. May be called several times if several
 *     applications share it; only once each is closed.
 * @param onDrain run, each on a thread of its own, when the process begins to drain: it takes no
 *     new request, and those in flight go on. So it is the time to hand over to other processes of
 *     the pool what need not wait for the end. Not run if the process is killed; the resources may
 *     be closed before it has returned.
 */
public record Deployment(Handler handler, List<AutoCloseable> resources, List<Runnable> onDrain) {
    /**
     * Copies the lists.
     *
     * @param handler serves its exchanges
     * @param resources what is closed at the end
     * @param onDrain run when the process begins to drain
     */
    public Deployment {
        resources = List.copyOf(resources);
        onDrain = List.copyOf(onDrain);
    }

    /**
     * Makes an application that has nothing to hand over.
     *
     * @param handler serves its exchanges
     * @param resources what is closed at the end
     */
    public Deployment(Handler handler, List<AutoCloseable> resources) {
        this(handler, resources, List.of());
    }
}

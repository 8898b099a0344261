package modjvm.spi;

import java.util.List;

/**
 * An application that has been made and can serve. Immutable.
 *
 * @param handler serves its exchanges, from now on
 * @param resources what is closed, all at once and each on a thread of its own, when the process ends in order: nothing
 *     is served any more by then. May be called several times if several applications share it; only once each is
 *     closed.
 */
public record Deployment(Handler handler, List<AutoCloseable> resources) {
    /**
     * Copies the list.
     *
     * @param handler serves its exchanges
     * @param resources what is closed at the end
     */
    public Deployment {
        resources = List.copyOf(resources);
    }
}

package modjvm.server;

import modjvm.spi.AbstractExchange;

/**
 * A request that a thread serves.
 *
 * @param permit tells whether it still holds up others
 */
public record RunningRequest(AbstractExchange exchange, Admission.Permit permit) {
    /** The thread that serves it. */
    public Thread thread() {
        return exchange.thread();
    }

    /** When it began, by System.nanoTime. */
    public long sinceNanos() {
        return exchange.sinceNanos();
    }

    /**
     * Method and path, as received, without the query, which may hold what is nobody's business.
     */
    public String name() {
        String target = exchange.head().target();
        int query = target.indexOf('?');
        return exchange.head().method() + " " + (query < 0 ? target : target.substring(0, query));
    }
}

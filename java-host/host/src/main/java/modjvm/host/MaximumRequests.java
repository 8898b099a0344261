package modjvm.host;

import java.util.concurrent.TimeUnit;

/** Asks for a replacement once a number of requests has been served. */
final class MaximumRequests implements Duty {
    private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);
    /** One in so many may be left out, so that the processes of a pool do not all end at once. */
    private static final double JITTER = 10;

    private final Server server;
    private final Lifecycle lifecycle;
    private final long limit;

    /**
     * @param maximum at least 1
     * @param random at least 0, less than 1: how much of the jitter is used
     */
    MaximumRequests(Server server, Lifecycle lifecycle, long maximum, double random) {
        this.server = server;
        this.lifecycle = lifecycle;
        this.limit = Math.max(1, maximum - (long) (maximum / JITTER * random));
    }

    @Override
    public long perform(long nowNanos) {
        long finished = server.count().finished();
        boolean isDone = finished >= limit && lifecycle.askReplacement("maximum-requests: " + finished + " requests");
        return isDone ? NEVER : PAUSE_NANOS;
    }
}

package modjvm.health;

import java.util.concurrent.TimeUnit;
import modjvm.server.Replacement;
import modjvm.server.Server;

/**
 * Asks for a replacement once a number of requests has been served: with the last of them, and as a
 * task where that came too soon, or the supervisor could not take it. Thread-safe by its lock.
 */
public final class MaximumRequests implements PeriodicTask, Runnable {
    private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);
    /** One in so many may be left out, so that the processes of a pool do not all end at once. */
    private static final double JITTER = 10;

    private final Server server;
    private final Replacement replacement;
    private final long limit;
    /** Guarded by this. */
    private boolean isAsked;

    /**
     * @param maximum at least 1
     * @param random at least 0, less than 1: how much of the jitter is used
     */
    public MaximumRequests(Server server, Replacement replacement, long maximum, double random) {
        this.server = server;
        this.replacement = replacement;
        this.limit = Math.max(1, maximum - (long) (maximum / JITTER * random));
    }

    /** Has the server tell when it is time. */
    public MaximumRequests begin() {
        server.whenFinished(limit, this);
        return this;
    }

    @Override
    public long perform(long nowNanos) {
        run();
        synchronized (this) {
            return isAsked ? NEVER : server.count().finished() < limit ? REST : PAUSE_NANOS;
        }
    }

    @Override
    public synchronized void run() {
        long finished = server.count().finished();
        if (!isAsked && finished >= limit) {
            isAsked = replacement.askReplacement("maximum-requests: " + finished + " requests");
        }
    }
}

package modjvm.health;

import java.util.concurrent.TimeUnit;
import modjvm.server.Admission;
import modjvm.server.Server;

/**
 * For how long a server has had nothing to do. It looks at each pass of the timer, which an alarm
 * has made when a request begins, and while requests come every two seconds. Used by one thread.
 */
public final class IdleClock implements PeriodicTask {
    /**
     * From then on a daemon counts as one that nobody uses: httpd has closed the connections that
     * it does not need.
     */
    static final long LONG_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final Server server;
    private long finished;
    private long sinceNanos;

    /** @param nowNanos from when on it counts */
    public IdleClock(Server server, long nowNanos) {
        this.server = server;
        this.sinceNanos = nowNanos;
    }

    @Override
    public long perform(long nowNanos) {
        nanos(nowNanos);
        return REST;
    }

    /**
     * Looks: 0 if anything is in flight or has finished since the last look, and while the server
     * ends, which may take the applications long.
     */
    long nanos(long nowNanos) {
        Admission.Count count = server.count();
        if (count.inFlight() > 0 || count.finished() != finished || server.isDraining()) {
            finished = count.finished();
            sinceNanos = nowNanos;
        }
        return nowNanos - sinceNanos;
    }
}

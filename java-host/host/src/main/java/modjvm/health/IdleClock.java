package modjvm.health;

import modjvm.server.Admission;
import modjvm.server.Server;

/** For how long a server has had nothing to do, as far as who looks now and then can tell. Used by one thread. */
final class IdleClock {
    private final Server server;
    private long finished;
    private long sinceNanos;

    /** @param nowNanos from when on it counts */
    IdleClock(Server server, long nowNanos) {
        this.server = server;
        this.sinceNanos = nowNanos;
    }

    /** Looks: 0 if anything is in flight, or has finished since the last look. */
    long nanos(long nowNanos) {
        Admission.Count count = server.count();
        if (count.inFlight() > 0 || count.finished() != finished) {
            finished = count.finished();
            sinceNanos = nowNanos;
        }
        return nowNanos - sinceNanos;
    }
}

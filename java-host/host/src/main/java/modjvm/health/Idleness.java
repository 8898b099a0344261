package modjvm.health;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import modjvm.server.Server;

/** Tells the supervisor, again and again, that neither request nor tunnel has been served for some time. */
public final class Idleness implements PeriodicTask {
    private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Supervisor supervisor;
    private final long timeoutNanos;
    private final IdleClock idleClock;

    /** @param nowNanos from when on it counts */
    public Idleness(Server server, Supervisor supervisor, Duration timeout, long nowNanos) {
        this.supervisor = supervisor;
        this.timeoutNanos = timeout.toNanos();
        this.idleClock = new IdleClock(server, nowNanos);
    }

    @Override
    public long perform(long nowNanos) {
        long idleNanos = idleClock.nanos(nowNanos);
        if (idleNanos >= timeoutNanos) {
            supervisor.idle();
            return PAUSE_NANOS;
        }
        return Math.min(PAUSE_NANOS, timeoutNanos - idleNanos);
    }
}

package modjvm.health;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Tells the supervisor, again and again, that neither request nor tunnel has been served for some
 * time.
 */
public final class Idleness implements PeriodicTask {
    private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Supervisor supervisor;
    private final long timeoutNanos;
    private final IdleClock idleClock;

    public Idleness(IdleClock idleClock, Supervisor supervisor, Duration timeout) {
        this.supervisor = supervisor;
        this.timeoutNanos = timeout.toNanos();
        this.idleClock = idleClock;
    }

    @Override
    public long perform(long nowNanos) {
        long idleNanos = idleClock.nanos(nowNanos);
        if (idleNanos >= timeoutNanos) {
            supervisor.idle();
            return PAUSE_NANOS;
        }
        return idleNanos == 0 ? Math.min(PAUSE_NANOS, timeoutNanos) : timeoutNanos - idleNanos;
    }
}

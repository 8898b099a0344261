package modjvm.health;

import java.time.Duration;

/**
 * Tells the supervisor that the JVM runs: not while it is stopped, thrashes, or cannot come to a
 * safepoint. While nothing is served it tells so once, and rests: then the supervisor asks.
 */
public final class Heartbeat implements PeriodicTask {
    private static final Duration LEAST = Duration.ofMillis(100);
    private static final Duration GREATEST = Duration.ofSeconds(15);

    private final Supervisor supervisor;
    private final IdleClock idleClock;
    private final long pauseNanos;
    private boolean isResting;

    /** @param deadlockTimeout after which the supervisor takes silence for death */
    public Heartbeat(IdleClock idleClock, Supervisor supervisor, Duration deadlockTimeout) {
        Duration quarter = deadlockTimeout.dividedBy(4);
        Duration atLeast = quarter.compareTo(LEAST) < 0 ? LEAST : quarter;
        this.idleClock = idleClock;
        this.supervisor = supervisor;
        this.pauseNanos = (atLeast.compareTo(GREATEST) > 0 ? GREATEST : atLeast).toNanos();
    }

    @Override
    public long perform(long nowNanos) {
        if (idleClock.nanos(nowNanos) >= IdleClock.LONG_NANOS) {
            isResting = isResting || supervisor.resting();
        } else {
            isResting = false;
        }
        if (isResting) {
            return REST;
        }
        supervisor.alive();
        return pauseNanos;
    }
}

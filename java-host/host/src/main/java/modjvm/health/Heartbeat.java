package modjvm.health;

import java.time.Duration;

/** Tells the supervisor that the JVM runs: not while it is stopped, thrashes, or cannot come to a safepoint. */
public final class Heartbeat implements PeriodicTask {
    private static final Duration LEAST = Duration.ofMillis(100);
    private static final Duration GREATEST = Duration.ofSeconds(15);

    private final Supervisor supervisor;
    private final long pauseNanos;

    /** @param deadlockTimeout after which the supervisor takes silence for death */
    public Heartbeat(Supervisor supervisor, Duration deadlockTimeout) {
        Duration quarter = deadlockTimeout.dividedBy(4);
        Duration atLeast = quarter.compareTo(LEAST) < 0 ? LEAST : quarter;
        this.supervisor = supervisor;
        this.pauseNanos = (atLeast.compareTo(GREATEST) > 0 ? GREATEST : atLeast).toNanos();
    }

    @Override
    public long perform(long nowNanos) {
        supervisor.alive();
        return pauseNanos;
    }
}

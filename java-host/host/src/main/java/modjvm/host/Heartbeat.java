package modjvm.host;

import java.time.Duration;

/** Tells the supervisor that the JVM runs: not while it is stopped, thrashes, or cannot come to a safepoint. */
final class Heartbeat implements Duty {
    private static final Duration LEAST = Duration.ofMillis(100);
    private static final Duration GREATEST = Duration.ofSeconds(15);

    private final Lifecycle lifecycle;
    private final long pauseNanos;

    /** @param deadlockTimeout after which the supervisor takes silence for death */
    Heartbeat(Lifecycle lifecycle, Duration deadlockTimeout) {
        Duration quarter = deadlockTimeout.dividedBy(4);
        Duration atLeast = quarter.compareTo(LEAST) < 0 ? LEAST : quarter;
        this.lifecycle = lifecycle;
        this.pauseNanos = (atLeast.compareTo(GREATEST) > 0 ? GREATEST : atLeast).toNanos();
    }

    @Override
    public long perform(long nowNanos) {
        lifecycle.alive();
        return pauseNanos;
    }
}

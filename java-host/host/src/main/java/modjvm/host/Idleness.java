package modjvm.host;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Tells the supervisor, again and again, that neither request nor tunnel has been served for some time. */
final class Idleness implements Duty {
    private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Lifecycle lifecycle;
    private final long timeoutNanos;
    private final Quiet quiet;

    /** @param nowNanos from when on it counts */
    Idleness(Server server, Lifecycle lifecycle, Duration timeout, long nowNanos) {
        this.lifecycle = lifecycle;
        this.timeoutNanos = timeout.toNanos();
        this.quiet = new Quiet(server, nowNanos);
    }

    @Override
    public long perform(long nowNanos) {
        long idleNanos = quiet.nanos(nowNanos);
        if (idleNanos >= timeoutNanos) {
            lifecycle.idle();
            return PAUSE_NANOS;
        }
        return Math.min(PAUSE_NANOS, timeoutNanos - idleNanos);
    }
}

package modjvm.logging;

import java.util.concurrent.TimeUnit;

/**
 * A line of the log that anybody can cause: it comes once a minute, however often there is reason
 * for it. Thread-safe.
 */
public final class RareLine {
    private static final long PAUSE_NANOS = TimeUnit.MINUTES.toNanos(1);

    /** Guarded by this, as is what follows. */
    private boolean hasComeOnce;

    private long cameNanos;
    private long leftOut;

    /** Makes one that has not come yet. */
    public RareLine() {}

    /**
     * Returns the line, if it is due, or else nothing.
     *
     * @param line what there is to say
     * @param nowNanos the time, by the clock of System.nanoTime
     */
    public synchronized String next(String line, long nowNanos) {
        if (hasComeOnce && nowNanos - cameNanos < PAUSE_NANOS) {
            leftOut++;
            return "";
        }
        String next = leftOut == 0 ? line : line + "; " + leftOut + " more like it since the last such line";
        hasComeOnce = true;
        cameNanos = nowNanos;
        leftOut = 0;
        return next;
    }
}

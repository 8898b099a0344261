package modjvm.host;

import java.util.concurrent.TimeUnit;

/** Logs connections that are not heard: one line a minute, however many there are. Thread-safe. */
final class Strangers {
    private static final long PAUSE_NANOS = TimeUnit.MINUTES.toNanos(1);

    /** Guarded by this, as is what follows. */
    private boolean hasLogged;

    private long loggedNanos;
    private long passedOver;

    /**
     * Logs it, if a line is due.
     *
     * @param what was wrong with the connection
     */
    void turnedAway(String what) {
        String line = line(what, System.nanoTime());
        if (!line.isEmpty()) {
            Log.line("accept", line);
        }
    }

    /** The line that is due; empty if it is too early for one. */
    synchronized String line(String what, long nowNanos) {
        if (hasLogged && nowNanos - loggedNanos < PAUSE_NANOS) {
            passedOver++;
            return "";
        }
        String line = passedOver == 0 ? what : what + "; " + passedOver + " more were closed since the last such line";
        hasLogged = true;
        loggedNanos = nowNanos;
        passedOver = 0;
        return line;
    }
}

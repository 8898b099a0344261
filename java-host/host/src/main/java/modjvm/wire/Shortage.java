package modjvm.wire;

import java.util.concurrent.TimeUnit;
import modjvm.logging.Log;
import modjvm.server.Replacement;

/**
 * Whether connections can be taken. Where that fails for long, this process serves nobody new, and
 * asks to be replaced: what it lacks, descriptors for instance, another one has. For one thread,
 * the one that takes them.
 */
public final class Shortage {
    /**
     * Descriptors come back when files are closed; if they have not after so long, they have
     * leaked.
     */
    private static final long DESCRIPTORS_NANOS = TimeUnit.SECONDS.toNanos(1);
    /** Threads come back when other processes of the user end. */
    private static final long OTHERS_NANOS = TimeUnit.SECONDS.toNanos(10);
    /** A shortage that comes and goes is logged this often at most. */
    private static final long LINE_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final Replacement replacement;
    private final Descriptors descriptors;
    private boolean isShort;
    private boolean isAsked;
    private boolean isLogged;
    private long sinceNanos;
    private long loggedNanos;

    public Shortage(Replacement replacement, Descriptors descriptors) {
        this.replacement = replacement;
        this.descriptors = descriptors;
    }

    /** A connection was taken. */
    void isOver() {
        isShort = false;
    }

    /** No connection could be taken. */
    void lacksDescriptors(Throwable why, long nowNanos) {
        long limit = descriptors.exhausted();
        if (limit > 0) {
            lasts("open-files", "all " + limit + " descriptors are in use", DESCRIPTORS_NANOS, nowNanos);
        } else {
            lasts("accept-failed", Log.describe(why), OTHERS_NANOS, nowNanos);
        }
    }

    /** No thread could be had for a connection. */
    void lacksThreads(OutOfMemoryError why, long nowNanos) {
        lasts("no-threads", "no thread for a connection, which waits: " + why.getMessage(), OTHERS_NANOS, nowNanos);
    }

    private void lasts(String reason, String what, long patienceNanos, long nowNanos) {
        if (!isShort) {
            isShort = true;
            sinceNanos = nowNanos;
        }
        if (!isAsked && (!isLogged || nowNanos - loggedNanos > LINE_NANOS)) {
            isLogged = true;
            loggedNanos = nowNanos;
            Log.line("accept", what);
        }
        if (!isAsked && nowNanos - sinceNanos >= patienceNanos) {
            isAsked = replacement.askReplacement(
                    reason + ": " + what + ", for " + TimeUnit.NANOSECONDS.toSeconds(nowNanos - sinceNanos) + " s");
        }
    }
}

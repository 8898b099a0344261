package modjvm.host;

import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import modjvm.loading.Watch;

/** Tells the supervisor of targets that have changed. Has a thread of its own, which a dead file system can stop without harm to anything else. */
final class Reload implements Runnable {
    private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);
    /** Where something is about to change. */
    private static final long SHORT_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(250);
    /** A look takes no more than one part in so many of the time. */
    private static final long SHARE = 50;

    private final Watch watch;
    private final Watch.Changes changes;

    Reload(Watch watch, Lifecycle lifecycle) {
        this.watch = watch;
        this.changes = new Watch.Changes() {
            @Override
            public void changed(Path path, long fingerprint) {
                lifecycle.changed(fingerprint, path.toString());
            }
        };
    }

    /** Starts the thread as soon as there is anything to look at. */
    void start() {
        watch.whenFilled(new Runnable() {
            @Override
            public void run() {
                Thread thread = new Thread(Reload.this, "modjvm-reload");
                thread.setDaemon(true);
                thread.start();
            }
        });
    }

    /** Does not return. */
    @Override
    public void run() {
        for (long pause = PAUSE_NANOS; ; ) {
            pause(pause);
            long began = System.nanoTime();
            boolean isUnsettled = watch.look(changes);
            pause = pauseNanos(isUnsettled, System.nanoTime() - began);
        }
    }

    static long pauseNanos(boolean isUnsettled, long tookNanos) {
        return Math.max(isUnsettled ? SHORT_PAUSE_NANOS : PAUSE_NANOS, SHARE * tookNanos);
    }

    private static void pause(long nanos) {
        long until = System.nanoTime() + nanos;
        for (long left = nanos; left > 0; left = until - System.nanoTime()) {
            LockSupport.parkNanos(left);
            Thread.interrupted(); // by an application that interrupts whatever it finds
        }
    }
}

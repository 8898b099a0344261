package modjvm.health;

import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import modjvm.loading.ChangeNotices;
import modjvm.loading.Inotify;
import modjvm.loading.Watch;
import org.jspecify.annotations.Nullable;

/**
 * Tells the supervisor of targets that have changed. Has a thread of its own, which a dead file
 * system can stop without harm to anything else. It sleeps until the kernel notices a change, if it
 * can; else it looks each second while requests come, and seldom while none does: hundreds of
 * daemons may have nobody to tell them.
 */
public final class Reload implements Runnable {
    private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);
    /** Where the kernel tells of changes: for those that it does not see. */
    private static final long RARE_NANOS = TimeUnit.SECONDS.toNanos(60);
    /** Where the kernel does not tell, and nobody uses the daemon. */
    private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(10);
    /** Where something is about to change. */
    private static final long SHORT_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(250);
    /** A look takes no more than one part in so many of the time. */
    private static final long SHARE = 50;

    private final Watch watch;
    private final Inotify inotify;
    private final Watch.Changes changes;
    private final long idleNanos;
    /** Null before it has started. */
    private volatile @Nullable Thread thread;
    /** Requests come; set by any thread. */
    private volatile boolean isInUse = true;
    /** Something was added or may have changed since all was covered; set by any thread. */
    private volatile boolean isToBeCovered = true;

    public Reload(Watch watch, Inotify inotify, Supervisor supervisor) {
        this(watch, inotify, supervisor, IDLE_NANOS);
    }

    /** @param idleNanos between looks where the kernel does not tell, and nobody uses the daemon */
    Reload(Watch watch, Inotify inotify, Supervisor supervisor, long idleNanos) {
        this.watch = watch;
        this.inotify = inotify;
        this.idleNanos = idleNanos;
        this.changes = new Watch.Changes() {
            @Override
            public void changed(Path path, long fingerprint) {
                supervisor.changed(fingerprint, path.toString());
            }
        };
    }

    /** Starts the thread as soon as there is anything to look at. */
    public void start() {
        watch.whenFilled(new Runnable() {
            @Override
            public void run() {
                Thread thread = new Thread(Reload.this, "modjvm-reload");
                thread.setDaemon(true);
                thread.start();
            }
        });
    }

    /** Returns what tells it whether requests come. */
    public PeriodicTask attention(IdleClock idleClock) {
        return new PeriodicTask() {
            @Override
            public long perform(long nowNanos) {
                long leftNanos = IdleClock.LONG_NANOS - idleClock.nanos(nowNanos);
                setInUse(leftNanos > 0);
                return leftNanos > 0 ? leftNanos : REST;
            }
        };
    }

    /** Looks at once where it has begun to look seldom. Thread-safe. */
    void setInUse(boolean isInUse) {
        this.isInUse = isInUse;
        if (isInUse) {
            LockSupport.unpark(thread);
        }
    }

    /** Does not return. */
    @Override
    public void run() {
        thread = Thread.currentThread();
        ChangeNotices notices = ChangeNotices.open(inotify);
        watch.whenAdded(new Runnable() {
            @Override
            public void run() {
                isToBeCovered = true;
                if (notices != null) {
                    notices.wake();
                }
            }
        });
        boolean isTold = true;
        for (long pause = PAUSE_NANOS; ; ) {
            pause(pause);
            long began = System.nanoTime();
            // Before the look: what changes after it is noticed. What the notices hold stays with
            // them once they are of no use: a process without descriptors is to be replaced, not to
            // go on with two more.
            isTold = isTold && notices != null && cover(notices);
            boolean isUnsettled = watch.look(changes);
            pause = pauseNanos(isUnsettled, System.nanoTime() - began);
            if (isUnsettled) {
                isToBeCovered = true;
            } else if (notices != null && isTold) {
                pause -= await(notices);
            } else if (!isInUse) {
                rest(Math.max(idleNanos, pause));
                pause = 0;
            }
        }
    }

    /** Whatever leads to the paths stays covered until it changes. */
    private boolean cover(ChangeNotices notices) {
        if (!isToBeCovered) {
            return true;
        }
        isToBeCovered = false;
        return notices.cover(watch.paths());
    }

    /** @return how long that took, in nanoseconds */
    private long await(ChangeNotices notices) {
        long began = System.nanoTime();
        if (notices.await(RARE_NANOS)) {
            isToBeCovered = true;
        }
        return System.nanoTime() - began;
    }

    static long pauseNanos(boolean isUnsettled, long tookNanos) {
        return Math.max(isUnsettled ? SHORT_PAUSE_NANOS : PAUSE_NANOS, SHARE * tookNanos);
    }

    /** Until somebody uses the daemon, that long at most. */
    private void rest(long nanos) {
        long until = System.nanoTime() + nanos;
        for (long left = nanos; left > 0 && !isInUse; left = until - System.nanoTime()) {
            park(left);
        }
    }

    private static void pause(long nanos) {
        long until = System.nanoTime() + nanos;
        for (long left = nanos; left > 0; left = until - System.nanoTime()) {
            park(left);
        }
    }

    private static void park(long nanos) {
        LockSupport.parkNanos(nanos);
        Thread.interrupted(); // by an application that interrupts whatever it finds
    }
}

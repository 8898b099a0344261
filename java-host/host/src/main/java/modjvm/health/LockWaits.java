package modjvm.health;

import java.util.concurrent.locks.AbstractOwnableSynchronizer;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Which threads wait for what another thread holds, as far as that can be told without the JDK's
 * management: a monitor, or a lock with an owner.
 */
final class LockWaits {
    private LockWaits() {}

    /** Whether as many threads wait as a circle takes. */
    static boolean mayFormCircle() {
        int waiting = 0;
        for (Thread thread : threads()) {
            if (thread != null && waits(thread)) {
                waiting++;
            }
        }
        return waiting >= 2;
    }

    static boolean waits(Thread thread) {
        return thread.getState() == Thread.State.BLOCKED
                || LockSupport.getBlocker(thread) instanceof AbstractOwnableSynchronizer;
    }

    /** All platform threads, without a safepoint; null in the rest. */
    private static @Nullable Thread[] threads() {
        ThreadGroup all = Thread.currentThread().getThreadGroup();
        while (all.getParent() != null) {
            all = all.getParent();
        }
        for (int room = all.activeCount() + 1; ; room *= 2) {
            Thread[] threads = new Thread[room];
            if (all.enumerate(threads) < room) { // else there may be more
                return threads;
            }
        }
    }
}

package modjvm.server;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Wakes a thread that sleeps for as long as nothing happens. It sets the alarm, looks whether
 * anything happens already, and parks; whoever begins something rings, which is one read while no
 * alarm is set. Thread-safe, for one sleeper.
 */
public final class Alarm {
    private final AtomicBoolean isSet = new AtomicBoolean();
    private volatile @Nullable Thread sleeper;

    /** From now on the current thread wants to be woken, once. */
    public void set() {
        sleeper = Thread.currentThread();
        isSet.set(true);
    }

    /**
     * It does not want to be woken any more.
     *
     * @return whether it was since it set the alarm
     */
    public boolean clear() {
        return !isSet.getAndSet(false);
    }

    /** Wakes the sleeper. */
    public void ring() {
        if (isSet.get() && isSet.compareAndSet(true, false)) {
            LockSupport.unpark(sleeper);
        }
    }
}

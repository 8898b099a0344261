package modjvm.server;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import modjvm.spi.Verdict;

/**
 * The permits of a daemon: how many requests may be in the application at once, and how many have
 * not been answered in full. Thread-safe: a request from httpd, which has a queue, changes numbers
 * here, and never waits for another one; only who drains waits, and who goes on after a wait.
 *
 * <p>A permit is given back just before the last bytes of a response leave, because httpd may send
 * the next request as soon as it has them; the request stays in flight until they have left. A
 * tunnel gives its permit back when it opens, and is in flight until it ends. An asynchronous
 * request gives it back while it only waits.
 */
public final class Admission {
    /**
     * What has been served so far.
     *
     * @param inFlight requests and tunnels that have not ended; without those that are waited for
     *     no more
     * @param finished requests and tunnels that have
     */
    public record Count(int inFlight, long finished) {}

    /** How long a request that has waited without a permit waits for one. */
    private static final long RESUME_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final long DRAINING = 1L << 63;
    private static final long IN_FLIGHT = 1L << 32;

    private final int permits;
    private final Alarm alarm;
    /**
     * {@link #DRAINING}, the requests in flight in the rest of the upper half, the permits taken in
     * the lower half.
     */
    private final AtomicLong state = new AtomicLong();

    private final AtomicLong finished = new AtomicLong();
    /** How many wait for a permit. */
    private final AtomicInteger waiting = new AtomicInteger();
    /** Not a monitor: a virtual thread may wait in it. */
    private final ReentrantLock lock = new ReentrantLock();

    private final Condition changed = lock.newCondition();
    /** Of those whose number is this, the last one runs {@link #atMilestone}. */
    private volatile long milestone = Long.MAX_VALUE;

    private volatile Runnable atMilestone = new Runnable() {
        @Override
        public void run() {}
    };

    /** @param alarm rung by each request that is admitted, and by the drain */
    public Admission(int permits, Alarm alarm) {
        this.permits = permits;
        this.alarm = alarm;
    }

    /**
     * An admitted request's; used by one thread, but for {@link #abandon} and {@link #isAbandoned}.
     */
    public static final class Permit implements modjvm.spi.Permit {
        private static final int RELEASED = 1;
        private static final int ABANDONED = 2;
        private static final int PAUSED = 4;

        private final Admission admission;
        private final AtomicInteger state = new AtomicInteger();

        private Permit(Admission admission) {
            this.admission = admission;
        }

        @Override
        public Verdict verdict() {
            return Verdict.ADMITTED;
        }

        @Override
        public void release() {
            for (int old = state.get(); (old & RELEASED) == 0; old = state.get()) {
                if (state.compareAndSet(old, (old | RELEASED) & ~PAUSED) && (old & PAUSED) == 0) {
                    admission.giveBack();
                }
            }
        }

        @Override
        public boolean pause() {
            for (int old = state.get(); (old & (RELEASED | PAUSED)) == 0; old = state.get()) {
                if (state.compareAndSet(old, old | PAUSED)) {
                    admission.giveBack();
                    return true;
                }
            }
            return false;
        }

        @Override
        public void resume() {
            admission.takeAgain();
            for (int old = state.get(); (old & PAUSED) != 0; old = state.get()) {
                if (state.compareAndSet(old, old & ~PAUSED)) {
                    return;
                }
            }
            admission.giveBack(); // released meanwhile
        }

        @Override
        public void close() {
            release();
            admission.finish(isAbandoned());
        }

        /**
         * Whoever drains waits for the request no more.
         *
         * @return false if it has been answered, has become a tunnel, or has been abandoned before
         */
        public boolean abandon() {
            for (int old = state.get(); (old & (RELEASED | ABANDONED)) == 0; old = state.get()) {
                if (state.compareAndSet(old, old | ABANDONED)) {
                    admission.forget();
                    return true;
                }
            }
            return false;
        }

        @Override
        public boolean isAbandoned() {
            return (state.get() & ABANDONED) != 0;
        }
    }

    /** Asks for admission, and does not wait for it. */
    modjvm.spi.Permit tryAdmit() {
        Verdict verdict = enter();
        return verdict == Verdict.ADMITTED ? new Permit(this) : modjvm.spi.Permit.uncounted(verdict);
    }

    /** Asks for admission, and waits for it so long at most. */
    modjvm.spi.Permit admit(Duration patience) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            waiting.incrementAndGet();
            long left = patience.toNanos();
            while (true) {
                // After it is known that somebody waits: whoever gives a permit back either sees
                // that, or has done so before.
                modjvm.spi.Permit permit = tryAdmit();
                if (permit.verdict() != Verdict.FULL || left <= 0) {
                    return permit;
                }
                left = changed.awaitNanos(left);
            }
        } finally {
            waiting.decrementAndGet();
            lock.unlock();
        }
    }

    private void giveBack() {
        state.decrementAndGet();
        if (waiting.get() > 0) {
            lock.lock();
            try {
                changed.signal();
            } finally {
                lock.unlock();
            }
        }
    }

    /**
     * Takes a permit for a request that has waited without one. New requests do not wait for such
     * ones, nor these for ever: who holds all permits may wait for what this one does next.
     */
    private void takeAgain() {
        if (tryTake()) {
            return;
        }
        lock.lock();
        try {
            waiting.incrementAndGet();
            long left = RESUME_NANOS;
            while (!tryTake()) {
                if (left <= 0) {
                    state.incrementAndGet();
                    return;
                }
                left = changed.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the client has left: what is to be done then is short
            state.incrementAndGet();
        } finally {
            waiting.decrementAndGet();
            lock.unlock();
        }
    }

    private boolean tryTake() {
        long now = state.get();
        while ((int) now < permits) {
            if (state.compareAndSet(now, now + 1)) {
                return true;
            }
            now = state.get();
        }
        return false;
    }

    private Verdict enter() {
        while (true) {
            long now = state.get();
            if (now < 0) {
                return Verdict.DRAINING;
            }
            if ((int) now >= permits) {
                return Verdict.FULL;
            }
            if (state.compareAndSet(now, now + IN_FLIGHT + 1)) {
                alarm.ring();
                return Verdict.ADMITTED;
            }
        }
    }

    private void finish(boolean isForgotten) {
        long count = finished.incrementAndGet();
        if (!isForgotten) {
            forget();
        }
        if (count == milestone) {
            atMilestone.run();
        }
    }

    private void forget() {
        long now = state.addAndGet(-IN_FLIGHT);
        if (now < 0 && inFlight(now) == 0) {
            synchronized (this) {
                notifyAll();
            }
        }
    }

    private static int inFlight(long state) {
        return (int) ((state & ~DRAINING) >>> 32);
    }

    public Count count() {
        return new Count(inFlight(state.get()), finished.get());
    }

    /**
     * Runs this when so many have finished in all, on the thread of the last one; not if that has
     * been already.
     */
    public void whenFinished(long count, Runnable action) {
        atMilestone = action;
        milestone = count;
    }

    /** From now on nothing is admitted. */
    public void drain() {
        state.getAndUpdate(now -> now | DRAINING);
        alarm.ring();
        lock.lock();
        try {
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    boolean isDraining() {
        return state.get() < 0;
    }

    /** Waits until nothing is in flight. */
    public synchronized void awaitNoneInFlight() throws InterruptedException {
        while (inFlight(state.get()) > 0) {
            wait();
        }
    }
}

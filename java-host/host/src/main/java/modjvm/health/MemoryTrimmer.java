package modjvm.health;

import java.lang.ref.WeakReference;
import java.util.concurrent.TimeUnit;

/**
 * Gives memory back to the system once nothing has been served for a while: once for each time of
 * work, and only if there is something to gain. What requests wait for in the meantime is one
 * collection.
 */
public final class MemoryTrimmer implements PeriodicTask {
    private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(2);
    /**
     * Between the collection and the rest: what the collector has found to be free is freed by
     * threads of the JDK.
     */
    private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);
    /**
     * And then: the compiler has taken notice of all this, and returns its memory to the C library
     * after five seconds.
     */
    private static final long SETTLE_NANOS = TimeUnit.SECONDS.toNanos(6);
    /** As a collection of a large heap takes long, the next one comes so many times later. */
    private static final long RARITY = 200;

    private static final long LEAST_GAIN = 4L << 20;
    private static final int PIECE = 256 << 10;
    private static final int LARGE_PIECE = 4 << 20;

    private enum State {
        BUSY,
        COLLECTED,
        HOLLOWED,
        DONE
    }

    private final IdleClock idleClock;
    private final Memory memory;
    private State state = State.BUSY;
    private long notBeforeNanos;
    /** What was resident when all had been given back. */
    private long leastBytes;

    /** @param nowNanos from when on it counts */
    public MemoryTrimmer(IdleClock idleClock, Memory memory, long nowNanos) {
        this.idleClock = idleClock;
        this.memory = memory;
        this.notBeforeNanos = nowNanos;
    }

    @Override
    public long perform(long nowNanos) {
        long idleNanos = idleClock.nanos(nowNanos);
        if (idleNanos == 0) {
            state = State.BUSY;
            return LOOK_NANOS;
        }
        if (state == State.COLLECTED) {
            hollowFreeHeap();
            state = State.HOLLOWED;
            return SETTLE_NANOS;
        } else if (state == State.HOLLOWED) {
            memory.giveBack();
            leastBytes = memory.residentBytes();
            state = State.DONE;
        } else if (state == State.BUSY) {
            long leftNanos = Math.max(IdleClock.LONG_NANOS - idleNanos, notBeforeNanos - nowNanos);
            return leftNanos > 0 ? leftNanos : collect(nowNanos);
        }
        return REST;
    }

    private long collect(long nowNanos) {
        if (memory.residentBytes() < leastBytes + LEAST_GAIN) {
            state = State.DONE;
            return REST;
        }
        long began = System.nanoTime();
        System.gc();
        notBeforeNanos = nowNanos + (System.nanoTime() - began) * RARITY;
        state = State.COLLECTED;
        return PAUSE_NANOS;
    }

    /**
     * The collector keeps the pages of the young generation, all of which have been written to.
     * They are given back piece by piece, as arrays that nobody uses: an array is all zero, and so
     * are pages that have been given back. Ends with the first collection, which is when all has
     * been passed through. Of each array a page stays; so they are large where it is known how much
     * is left, and small at the end.
     */
    private void hollowFreeHeap() {
        WeakReference<Object> untilCollection = new WeakReference<>(new Object());
        long eden = memory.edenBytes();
        long left = Runtime.getRuntime().freeMemory();
        left = eden > 0 ? Math.min(eden, left) : left;
        while (left > PIECE && untilCollection.get() != null) {
            int piece = eden > 0 ? (int) Math.min(LARGE_PIECE, Math.max(PIECE, left / 2)) : PIECE;
            memory.hollow(new byte[piece]);
            left -= piece;
        }
    }
}

package modjvm.wire;

import java.nio.ByteBuffer;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;

/**
 * Large buffers for bodies, lent to requests, so that what a daemon holds depends on the requests
 * in flight and not on the connections that are open. Thread-safe by its queue.
 */
final class Buffers {
    /**
     * Room for two of the greatest frames, and for what stands before and behind them: 100 KB leave
     * in one write.
     */
    static final int SIZE = 132 * 1024;

    private final Queue<ByteBuffer> spare;

    Buffers(int maxSpare) {
        spare = new ArrayBlockingQueue<>(maxSpare);
    }

    /** An empty buffer. */
    ByteBuffer take() {
        ByteBuffer buffer = spare.poll();
        return buffer == null ? ByteBuffer.allocateDirect(SIZE) : buffer.clear();
    }

    void giveBack(ByteBuffer buffer) {
        spare.offer(buffer);
    }
}

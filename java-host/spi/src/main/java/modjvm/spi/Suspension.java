package modjvm.spi;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;

/**
 * The wait of an exchange's thread, after the handler has returned, for tasks and for the end.
 * Thread-safe.
 */
final class Suspension {
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final Thread waiter;
    /** Written by any thread, read by the waiter after it has seen no task. */
    private volatile boolean isComplete;

    Suspension(Thread waiter) {
        this.waiter = waiter;
    }

    void execute(Runnable task) {
        tasks.add(task);
        LockSupport.unpark(waiter);
    }

    void complete() {
        isComplete = true;
        LockSupport.unpark(waiter);
    }

    /**
     * Runs tasks until it is complete and none is left. Called by the waiter, the exchange's
     * thread.
     */
    void await(Exchange exchange) {
        while (true) {
            boolean isLast = isComplete; // looked at first: what was handed over before the end is run
            Runnable task = tasks.poll();
            if (task != null) {
                task.run();
            } else if (isLast) {
                return;
            } else {
                park(exchange);
            }
            Thread.interrupted(); // meant for the task before
        }
    }

    private void park(Exchange exchange) {
        try {
            exchange.await(() -> {
                while (tasks.isEmpty() && !isComplete) {
                    LockSupport.park(this);
                    Thread.interrupted(); // with it, this would never park again
                }
                return this;
            });
        } catch (InterruptedException e) {
            throw new AssertionError(e); // nothing above throws it
        }
    }
}

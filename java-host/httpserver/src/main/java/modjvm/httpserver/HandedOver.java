package modjvm.httpserver;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * A request that a thread of the program's executor serves, while the exchange's thread waits for
 * it: the request's place stays taken, and an interrupt of the waiting thread is passed on.
 * Thread-safe.
 */
final class HandedOver implements Runnable {
    /** What is to be done. */
    interface Task {
        void run() throws IOException;
    }

    private final Task task;
    private final CountDownLatch done = new CountDownLatch(1);
    /** Null before and after; guarded by this. */
    private @Nullable Thread runner;
    /** Nobody waits for it any more; guarded by this. */
    private boolean isGivenUp;
    /** Written before the latch opens. */
    private @Nullable Throwable thrown;

    private HandedOver(Task task) {
        this.task = task;
    }

    /**
     * Runs a task there, and waits until it has returned.
     *
     * @return false if the executor does not take it
     * @throws InterruptedException if the waiting thread is interrupted before the task has begun,
     *     which it does no more
     * @throws IOException what the task throws; so are unchecked exceptions and errors
     */
    static boolean run(Executor executor, Task task) throws IOException, InterruptedException {
        HandedOver handed = new HandedOver(task);
        try {
            executor.execute(handed);
        } catch (RejectedExecutionException e) {
            return false;
        }
        handed.await();
        Throwable thrown = handed.thrown;
        if (thrown instanceof IOException e) {
            throw e;
        }
        if (thrown instanceof Error e) {
            throw e;
        }
        if (thrown != null) {
            throw (RuntimeException) thrown;
        }
        return true;
    }

    @Override
    public void run() {
        synchronized (this) {
            if (isGivenUp) {
                return;
            }
            runner = Thread.currentThread();
        }
        try {
            task.run();
        } catch (IOException | RuntimeException | Error e) {
            thrown = e;
        } finally {
            synchronized (this) {
                runner = null;
            }
            Thread.interrupted(); // it was meant for this request
            done.countDown();
        }
    }

    private void await() throws InterruptedException {
        while (true) {
            try {
                done.await();
                return;
            } catch (InterruptedException e) {
                if (!passOn()) {
                    throw e;
                }
            }
        }
    }

    /** False if the task has not begun: it is given up then. */
    private synchronized boolean passOn() {
        if (runner != null) {
            runner.interrupt();
            return true;
        }
        isGivenUp = done.getCount() > 0;
        return !isGivenUp;
    }
}

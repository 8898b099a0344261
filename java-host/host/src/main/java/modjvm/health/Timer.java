package modjvm.health;

import java.util.List;
import java.util.concurrent.locks.LockSupport;
import modjvm.logging.Log;

/** Has periodic tasks done when they are due, by one thread of its own. */
public final class Timer {
    private final PeriodicTask[] tasks;
    /** When each is due, by System.nanoTime; the thread's alone, as is what follows. */
    private final long[] dueNanos;

    private final boolean[] isOver;
    private final Runnable fatal;

    /**
     * Makes a timer that is not started yet.
     *
     * @param nowNanos when each is due for the first time
     * @param fatal ends the process; run after an error of the virtual machine has been logged
     */
    public Timer(List<PeriodicTask> tasks, long nowNanos, Runnable fatal) {
        this.tasks = tasks.toArray(new PeriodicTask[0]);
        this.dueNanos = new long[this.tasks.length];
        this.isOver = new boolean[this.tasks.length];
        this.fatal = fatal;
        for (int i = 0; i < dueNanos.length; i++) {
            dueNanos[i] = nowNanos;
        }
    }

    /** Starts its thread, if there is anything to do; once only. */
    public void start() {
        Thread thread = new Thread("modjvm-timer") {
            @Override
            public void run() {
                for (long pause = pass(System.nanoTime());
                        pause != PeriodicTask.NEVER;
                        pause = pass(System.nanoTime())) {
                    LockSupport.parkNanos(pause);
                    interrupted(); // by an application that interrupts whatever it finds: it would never park again
                }
            }
        };
        thread.setDaemon(true);
        thread.start();
    }

    /**
     * Does what is due. A task that fails is done no more.
     *
     * @return nanoseconds until something is due again
     */
    long pass(long nowNanos) {
        long next = PeriodicTask.NEVER;
        for (int i = 0; i < tasks.length; i++) {
            if (!isOver[i] && dueNanos[i] - nowNanos <= 0) {
                long pause = perform(tasks[i], nowNanos);
                isOver[i] = pause == PeriodicTask.NEVER;
                dueNanos[i] = nowNanos + pause;
            }
            if (!isOver[i]) {
                next = Math.min(next, dueNanos[i] - nowNanos);
            }
        }
        return next;
    }

    private long perform(PeriodicTask task, long nowNanos) {
        try {
            return task.perform(nowNanos);
        } catch (VirtualMachineError e) {
            Log.aside("timer", Log.text(e));
            fatal.run();
        } catch (Throwable e) { // a JDK without java.management, for instance
            Log.aside("timer", Log.text(e));
        }
        return PeriodicTask.NEVER;
    }
}

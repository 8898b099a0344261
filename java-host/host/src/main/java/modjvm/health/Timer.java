package modjvm.health;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import modjvm.logging.Log;
import modjvm.server.Alarm;

/**
 * Has tasks done when they are due, by one thread of its own. If nothing is due for long, an alarm
 * wakes it as soon as something begins, and then all of them are done: with nothing to do, it
 * sleeps.
 */
public final class Timer {
    /** For so long it sleeps without an alarm: while requests come, none of them is to wake it. */
    private static final long NAP_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final PeriodicTask[] tasks;
    /** When each is due, by System.nanoTime; the thread's alone, as is what follows. */
    private final long[] dueNanos;

    private final boolean[] isOver;
    private final boolean[] isResting;
    private final Alarm alarm;
    private final Runnable fatal;

    /**
     * Makes a timer that is not started yet.
     *
     * @param nowNanos when each is due for the first time
     * @param alarm rung by what begins
     * @param fatal ends the process; run after an error of the virtual machine has been logged
     */
    public Timer(List<PeriodicTask> tasks, long nowNanos, Alarm alarm, Runnable fatal) {
        this.tasks = tasks.toArray(new PeriodicTask[0]);
        this.dueNanos = new long[this.tasks.length];
        this.isOver = new boolean[this.tasks.length];
        this.isResting = new boolean[this.tasks.length];
        this.alarm = alarm;
        this.fatal = fatal;
        haveAllDue(nowNanos);
    }

    /** Starts its thread, if there is anything to do; once only. */
    public void start() {
        Thread thread = new Thread("modjvm-timer") {
            @Override
            public void run() {
                while (passAndSleep()) {
                    interrupted(); // by an application that interrupts whatever it finds: it would never park again
                }
            }
        };
        thread.setDaemon(true);
        thread.start();
    }

    /** @return false if nothing is left to do */
    private boolean passAndSleep() {
        alarm.set(); // before the pass: what begins afterwards rings, and the pass finds the rest
        long pause = pass(System.nanoTime());
        boolean isNap = pause <= NAP_NANOS || pause == PeriodicTask.NEVER;
        if (isNap) {
            alarm.clear();
        }
        if (pause != PeriodicTask.NEVER) {
            LockSupport.parkNanos(pause);
        }
        if (!isNap && alarm.clear()) {
            haveAllDue(System.nanoTime());
        }
        return pause != PeriodicTask.NEVER;
    }

    private void haveAllDue(long nowNanos) {
        Arrays.fill(dueNanos, nowNanos);
    }

    /**
     * Does what is due. A task that fails is done no more.
     *
     * @return nanoseconds until something is due again
     */
    long pass(long nowNanos) {
        long next = PeriodicTask.NEVER;
        for (int i = 0; i < tasks.length; i++) {
            if (isOver[i]) {
                continue;
            }
            if (dueNanos[i] - nowNanos <= 0) {
                long pause = perform(tasks[i], nowNanos);
                isOver[i] = pause == PeriodicTask.NEVER;
                isResting[i] = pause == PeriodicTask.REST;
                dueNanos[i] = nowNanos + (isResting[i] ? 0 : pause);
            }
            if (!isOver[i]) {
                next = Math.min(next, isResting[i] ? PeriodicTask.REST : dueNanos[i] - nowNanos);
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

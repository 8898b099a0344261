package modjvm.host;

import java.util.concurrent.TimeUnit;

/**
 * Asks for the turn to have the pool's archive made, if there is none: once the daemon has been ready for a while and has nothing to do; in
 * the end although it has. The supervisor has one daemon do so at a time, while none starts.
 */
final class Training implements Duty {
    private static final long FIRST_LOOK_NANOS = TimeUnit.SECONDS.toNanos(3);
    private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long LONGEST_WAIT_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final Server server;
    private final Lifecycle lifecycle;
    private final long readyNanos;
    private long finished = -1;

    /** @param readyNanos when the daemon became ready */
    Training(Server server, Lifecycle lifecycle, long readyNanos) {
        this.server = server;
        this.lifecycle = lifecycle;
        this.readyNanos = readyNanos;
    }

    @Override
    public long perform(long nowNanos) {
        long age = nowNanos - readyNanos;
        if (age < FIRST_LOOK_NANOS) {
            return FIRST_LOOK_NANOS - age;
        }
        Admission.Count count = server.count();
        boolean isBusy = count.inFlight() > 0 || count.finished() != finished;
        if (isBusy && age < LONGEST_WAIT_NANOS) {
            finished = count.finished();
            return PAUSE_NANOS;
        }
        return lifecycle.askTraining() ? NEVER : PAUSE_NANOS;
    }

    /** Has the archive made, by a process of its own; its turn has come. */
    static void begin(Lifecycle lifecycle) {
        // It lives as long as the training does: the kernel ends the process together with the thread.
        Thread thread = new Thread("modjvm-training") {
            @Override
            public void run() {
                lifecycle.train();
                lifecycle.trained();
            }
        };
        thread.setDaemon(true);
        try {
            thread.start();
        } catch (OutOfMemoryError e) {
            lifecycle.trained(); // there is no thread to be had: the pool's next process tries again
        }
    }
}

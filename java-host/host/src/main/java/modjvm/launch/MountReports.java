package modjvm.launch;

import java.util.concurrent.atomic.AtomicLong;
import modjvm.health.Supervisor;
import modjvm.loading.MountEvents;

/**
 * Tells the supervisor what becomes of the applications; that they are still being made, not too
 * often. Thread-safe.
 */
final class MountReports implements MountEvents {
    static final long PERIOD_NANOS = 250_000_000;

    private final Supervisor supervisor;
    /** When it may be told of progress again. */
    private final AtomicLong due = new AtomicLong(System.nanoTime());

    MountReports(Supervisor supervisor) {
        this.supervisor = supervisor;
    }

    @Override
    public void failed(byte[] definition, String reason) {
        supervisor.mountFailed(definition, reason);
    }

    @Override
    public void works(byte[] definition) {
        supervisor.mountWorks(definition);
    }

    @Override
    public void progress() {
        progress(System.nanoTime());
    }

    void progress(long nowNanos) {
        long last = due.get();
        if (nowNanos - last >= 0 && due.compareAndSet(last, nowNanos + PERIOD_NANOS)) {
            supervisor.working();
        }
    }
}

package modjvm.health;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** A supervisor, played by a test: what it is told is noted as one line each. */
public final class FakeSupervisor implements Supervisor {
    public final BlockingQueue<String> events = new LinkedBlockingQueue<>();
    public final BlockingQueue<String> mounts = new LinkedBlockingQueue<>();
    public final AtomicInteger beats = new AtomicInteger();
    /** Nothing can be sent without waiting. */
    public volatile boolean isFull;

    @Override
    public void mountFailed(byte[] definition, String reason) {
        mounts.add("failed " + reason);
    }

    @Override
    public void mountWorks(byte[] definition) {
        mounts.add("works");
    }

    @Override
    public void ready(String failed) {
        events.add(failed.isEmpty() ? "ready" : "ready " + failed);
    }

    @Override
    public void working() {
        events.add("working");
    }

    @Override
    public void alive() {
        beats.incrementAndGet();
    }

    @Override
    public boolean resting() {
        if (!isFull) {
            events.add("rests");
        }
        return !isFull;
    }

    @Override
    public void present() {
        events.add("present");
    }

    @Override
    public void idle() {
        events.add("idle");
    }

    @Override
    public boolean askReplacement(String reason) {
        if (!isFull) {
            events.add("replace " + reason);
        }
        return !isFull;
    }

    @Override
    public void changed(long fingerprint, String path) {
        events.add("changed " + path);
    }

    @Override
    public void failed(String reason) {
        events.add("failed " + reason);
    }
}

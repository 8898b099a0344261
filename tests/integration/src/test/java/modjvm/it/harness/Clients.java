package modjvm.it.harness;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Clients of several kinds, each of which does its work over and over until they are stopped. What
 * became of each time is counted.
 */
public final class Clients implements AutoCloseable {
    /** The outcome of what went as it should. */
    public static final String WELL = "well";

    private final AtomicBoolean stopped = new AtomicBoolean();
    private final Map<String, Integer> outcomes = new TreeMap<>();
    private final List<Thread> threads = new ArrayList<>();

    /**
     * Starts so many clients of a kind.
     *
     * @param work returns {@link #WELL}, or what went wrong; an exception is what went wrong
     */
    public Clients start(int count, String kind, Callable<String> work) {
        for (int i = 0; i < count; i++) {
            Thread thread = new Thread(() -> run(kind, work), kind + "-" + i);
            threads.add(thread);
            thread.start();
        }
        return this;
    }

    private void run(String kind, Callable<String> work) {
        while (!stopped.get()) {
            String outcome;
            try {
                outcome = work.call();
            } catch (Exception e) {
                outcome = e.toString();
            }
            synchronized (outcomes) {
                outcomes.merge(kind + ": " + outcome, 1, Integer::sum);
            }
        }
    }

    public Map<String, Integer> outcomes() {
        synchronized (outcomes) {
            return new TreeMap<>(outcomes);
        }
    }

    public int well(String kind) {
        return outcomes().getOrDefault(kind + ": " + WELL, 0);
    }

    /** Lets what is under way end; what became of all. */
    public Map<String, Integer> stop() {
        stopped.set(true);
        Await.until("clients end", Await.LONG, () -> threads.stream().noneMatch(Thread::isAlive));
        return outcomes();
    }

    @Override
    public void close() {
        stopped.set(true);
    }
}

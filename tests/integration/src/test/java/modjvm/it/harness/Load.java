package modjvm.it.harness;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Clients that ask for one path without pause, each request on a connection of its own, until they are stopped. What became of each request is
 * counted: its status, or the exception.
 */
public final class Load implements AutoCloseable {
    private final AtomicBoolean stopped = new AtomicBoolean();
    private final Map<String, Integer> outcomes = new TreeMap<>();
    private final List<Thread> clients = new ArrayList<>();

    public Load(int port, String target, int clientCount) {
        for (int i = 0; i < clientCount; i++) {
            clients.add(new Thread(() -> ask(port, target), "client-" + i));
        }
        clients.forEach(Thread::start);
    }

    private void ask(int port, String target) {
        while (!stopped.get()) {
            String outcome;
            try {
                outcome = Integer.toString(RawClient.get(port, target).status());
            } catch (IOException e) {
                outcome = e.toString();
            }
            synchronized (outcomes) {
                outcomes.merge(outcome, 1, Integer::sum);
            }
        }
    }

    public Map<String, Integer> outcomes() {
        synchronized (outcomes) {
            return new TreeMap<>(outcomes);
        }
    }

    public int count(String outcome) {
        return outcomes().getOrDefault(outcome, 0);
    }

    /** Waits until that many further requests have been answered with 200. */
    public void awaitMore(int requests) {
        int target = count("200") + requests;
        try {
            Await.until(requests + " more requests", Await.LONG, () -> count("200") >= target);
        } catch (AssertionError e) {
            throw new AssertionError(e.getMessage() + "; so far: " + outcomes(), e);
        }
    }

    /** Lets the requests in flight end; what became of all. A client that hangs fails the test. */
    public Map<String, Integer> stop() {
        stopped.set(true);
        Await.until("clients end", Await.LONG, () -> clients.stream().noneMatch(Thread::isAlive));
        return outcomes();
    }

    @Override
    public void close() {
        stopped.set(true);
    }
}

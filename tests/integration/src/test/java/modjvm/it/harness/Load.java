package modjvm.it.harness;

import java.util.Map;
import java.util.TreeMap;

/**
 * Clients that ask for one path without pause, each request on a connection of its own, until they
 * are stopped. What became of each request is counted: its status, or the exception.
 */
public final class Load implements AutoCloseable {
    private static final String KIND = "load";

    private final Clients clients = new Clients();

    public Load(int port, String target, int clientCount) {
        clients.start(
                clientCount,
                KIND,
                () -> Integer.toString(RawClient.get(port, target).status()));
    }

    public Map<String, Integer> outcomes() {
        return plain(clients.outcomes());
    }

    /** All are of one kind: its name is left out. */
    private static Map<String, Integer> plain(Map<String, Integer> outcomes) {
        Map<String, Integer> plain = new TreeMap<>();
        outcomes.forEach((outcome, count) -> plain.put(outcome.substring(KIND.length() + 2), count));
        return plain;
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
        return plain(clients.stop());
    }

    @Override
    public void close() {
        clients.close();
    }
}

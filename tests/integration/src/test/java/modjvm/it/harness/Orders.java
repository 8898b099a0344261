package modjvm.it.harness;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.zip.CRC32;

/**
 * Clients that send Ledger.java one request after another, GETs and POSTs of several sizes, each
 * with an id of its own and on a connection of its own, until they are stopped. What became of each
 * is kept.
 */
public final class Orders implements AutoCloseable {
    public static final String WHOLE = "200";
    /** Of a request whose client did not wait for its answer. */
    public static final String LEFT = "left";

    private static final int[] SIZES = {0, 100, 20_000, 200_000};
    private static final int GREATEST_HOLD_MS = 20;
    private static final int LONG_HOLD_MS = 300;
    private static final long LONGEST_NAP_NANOS = 100_000_000;

    private final AtomicBoolean stopped = new AtomicBoolean();
    private final Map<String, String> outcomes = new ConcurrentHashMap<>();
    private final List<Thread> clients = new ArrayList<>();
    private final int port;
    private final int leaving;
    private final int longestPauseMs;

    /**
     * @param leaving one in so many clients leaves at once, with a request that takes long and is
     *     not interrupted; 0: none
     */
    public Orders(int port, int clientCount, long seed, int leaving) {
        this(port, clientCount, seed, leaving, 0);
    }

    /**
     * @param longestPauseMs a client rests for a random time up to this between two requests
     */
    public Orders(int port, int clientCount, long seed, int leaving, int longestPauseMs) {
        this.port = port;
        this.leaving = leaving;
        this.longestPauseMs = longestPauseMs;
        for (int i = 0; i < clientCount; i++) {
            String name = "c" + i;
            Random random = new Random(seed + i);
            clients.add(new Thread(() -> order(name, random), name));
        }
        clients.forEach(Thread::start);
    }

    private void order(String name, Random random) {
        for (int number = 0; !stopped.get(); number++) {
            String id = name + "." + number;
            int size = SIZES[random.nextInt(SIZES.length)];
            boolean leaves = leaving > 0 && random.nextInt(leaving) == 0;
            byte[] body = new byte[size];
            random.nextBytes(body);
            int hold = leaves ? LONG_HOLD_MS : random.nextInt(GREATEST_HOLD_MS);
            try (RawClient client = new RawClient(port)) {
                send(client, id, hold, body);
                outcomes.put(id + "/" + size, leaves ? LEFT : outcome(client.receive(), id, body));
            } catch (IOException e) {
                outcomes.put(id + "/" + size, leaves ? LEFT : e.toString());
            }
            rest(random);
        }
    }

    private void rest(Random random) {
        long end = System.nanoTime() + random.nextInt(longestPauseMs + 1) * 1_000_000L;
        for (long left = end - System.nanoTime(); left > 0 && !stopped.get(); left = end - System.nanoTime()) {
            LockSupport.parkNanos(Math.min(left, LONGEST_NAP_NANOS));
        }
    }

    private static void send(RawClient client, String id, int hold, byte[] body) throws IOException {
        String method = body.length == 0 ? "GET" : "POST";
        String length = body.length == 0 ? "" : "Content-Length: " + body.length + "\r\n";
        client.send(
                method + " /?" + id + "," + hold + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + length + "\r\n");
        client.output().write(body);
    }

    private static String outcome(RawClient.Reply reply, String id, byte[] body) {
        CRC32 sum = new CRC32();
        sum.update(body);
        String whole = id + " " + body.length + " " + Long.toHexString(sum.getValue());
        String text = new String(reply.bytes(), StandardCharsets.US_ASCII);
        return reply.status() == 200 && !text.equals(whole)
                ? "not the answer to " + whole + ": " + text
                : Integer.toString(reply.status());
    }

    public int count(String outcome) {
        return (int) outcomes.values().stream().filter(outcome::equals).count();
    }

    /** How often each outcome came. */
    public Map<String, Integer> summary() {
        Map<String, Integer> counts = new TreeMap<>();
        outcomes.values().forEach(outcome -> counts.merge(outcome, 1, Integer::sum));
        return counts;
    }

    /** Waits until that many further requests have been answered with 200. */
    public void awaitMore(int requests) {
        int target = count(WHOLE) + requests;
        Await.until(requests + " more requests", Await.LONG, () -> count(WHOLE) >= target);
    }

    /**
     * Lets the requests in flight end; what became of each, by ID/SIZE. A client that hangs fails
     * the test.
     */
    public Map<String, String> stop() {
        stopped.set(true);
        Await.until("clients end", Await.LONG, () -> clients.stream().noneMatch(Thread::isAlive));
        return new TreeMap<>(outcomes);
    }

    @Override
    public void close() {
        stopped.set(true);
    }
}

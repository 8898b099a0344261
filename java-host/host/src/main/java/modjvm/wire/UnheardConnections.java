package modjvm.wire;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

/**
 * Connections that have not shown the daemon's key yet. Any process of httpd's user can make them,
 * and each holds a thread: so there are so many at most, and none for longer than some seconds.
 * httpd sends its key together with its first request, as soon as it has connected. Thread-safe by
 * its lock.
 *
 * @param <C> a connection
 */
final class UnheardConnections<C> {
    private static final long PERIOD_NANOS = TimeUnit.SECONDS.toNanos(1);
    /** Looks rather than time: while the process does not run, neither do they. */
    private static final int MOST_LOOKS = 5;

    private final int most;
    private final BiConsumer<C, String> turnAway;
    /** With how often they were looked at, the oldest first. */
    private final Map<C, Integer> looks = new LinkedHashMap<>();

    /**
     * @param most how many there may be: more than httpd ever makes at a time
     * @param turnAway closes a connection, and is told why; called without the lock
     */
    UnheardConnections(int most, BiConsumer<C, String> turnAway) {
        this.most = most;
        this.turnAway = turnAway;
    }

    /**
     * Takes one more. If there are too many then, the oldest goes: one of httpd's is not for long
     * among them.
     */
    void add(C connection) {
        C oldest;
        synchronized (this) {
            looks.put(connection, 0);
            if (looks.size() <= most) {
                return;
            }
            oldest = looks.keySet().iterator().next();
            looks.remove(oldest);
        }
        turnAway.accept(oldest, "more than " + most + " connections have not sent HELLO");
    }

    /** It has been heard, or has ended. */
    synchronized void remove(C connection) {
        looks.remove(connection);
    }

    /**
     * Turns those away that have been silent for too long.
     *
     * @return how many nanoseconds later to look again; 0 if there are none
     */
    long look() {
        for (C connection : takeOverdue()) {
            turnAway.accept(connection, "it has not sent HELLO within " + MOST_LOOKS + " seconds");
        }
        return hasAny() ? PERIOD_NANOS : 0;
    }

    private synchronized boolean hasAny() {
        return !looks.isEmpty();
    }

    private synchronized List<C> takeOverdue() {
        if (looks.isEmpty()) {
            return List.of();
        }
        List<C> overdue = new ArrayList<>();
        for (Map.Entry<C, Integer> each : looks.entrySet()) {
            if (each.setValue(each.getValue() + 1) == MOST_LOOKS) {
                overdue.add(each.getKey());
            }
        }
        for (C connection : overdue) {
            looks.remove(connection);
        }
        return overdue;
    }
}

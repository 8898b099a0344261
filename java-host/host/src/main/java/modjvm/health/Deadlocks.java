package modjvm.health;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import modjvm.logging.Log;
import modjvm.server.Replacement;

/**
 * Finds threads that wait for one another in a circle: says where they stand, and asks for a replacement, once. The JDK does not see virtual
 * threads among them.
 */
public final class Deadlocks implements PeriodicTask {
    private static final Duration LEAST_PAUSE = Duration.ofMillis(500);
    private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Replacement replacement;
    private final Consumer<String> log;
    private final long pauseNanos;
    private final long firstNanos;
    /** Of the last look. */
    private Set<Long> suspects = Set.of();
    /** What is still to be asked for; empty if nothing is. */
    private String reason = "";

    /**
     * @param timeout the deadlock-timeout
     * @param nowNanos half of it later is the first look: it takes the JDK 15 ms and 1 MB, which no start should pay for
     * @param log gets a text of several lines; does not wait
     */
    public Deadlocks(Replacement replacement, Duration timeout, long nowNanos, Consumer<String> log) {
        Duration half = timeout.dividedBy(2);
        this.replacement = replacement;
        this.log = log;
        this.pauseNanos = (half.compareTo(LEAST_PAUSE) < 0 ? LEAST_PAUSE : half).toNanos();
        this.firstNanos = nowNanos + pauseNanos;
    }

    @Override
    public long perform(long nowNanos) {
        if (firstNanos - nowNanos > 0) {
            return firstNanos - nowNanos;
        }
        if (reason.isEmpty()) {
            look();
        }
        if (reason.isEmpty()) {
            return pauseNanos;
        }
        return replacement.askReplacement(reason) ? NEVER : RETRY_NANOS;
    }

    /** A circle of locks that are waited for with a limit comes undone by itself: it counts when it is there twice. */
    private void look() {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        long[] found = threads.findDeadlockedThreads();
        Set<Long> now = new HashSet<>();
        List<Long> twice = new ArrayList<>();
        if (found != null) {
            for (long id : found) {
                now.add(id);
                if (suspects.contains(id)) {
                    twice.add(id);
                }
            }
        }
        suspects = now;
        if (!twice.isEmpty()) {
            report(threads, twice);
        }
    }

    private void report(ThreadMXBean threads, List<Long> ids) {
        long[] all = new long[ids.size()];
        for (int i = 0; i < all.length; i++) {
            all[i] = ids.get(i);
        }
        StringBuilder names = new StringBuilder();
        StringBuilder text = new StringBuilder("deadlock-timeout: " + all.length + " threads wait for one another\n");
        for (ThreadInfo thread : threads.getThreadInfo(all, Integer.MAX_VALUE)) {
            if (thread != null) {
                names.append(names.length() == 0 ? "" : ", ").append(thread.getThreadName());
                text.append(thread.getThreadName())
                        .append(" waits for ")
                        .append(thread.getLockName())
                        .append(", held by ")
                        .append(thread.getLockOwnerName())
                        .append('\n')
                        .append(Log.stack(thread.getStackTrace()));
            }
        }
        reason = "deadlock-timeout: " + names;
        log.accept(text.toString());
    }
}

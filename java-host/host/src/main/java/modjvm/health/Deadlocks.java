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
import java.util.function.Supplier;
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
    private final Supplier<ThreadMXBean> jdk;
    private final long pauseNanos;
    private final long firstNanos;
    /** Of the last look. */
    private Set<Long> suspects = Set.of();
    /** What is still to be asked for; empty if nothing is. */
    private String reason = "";

    /**
     * @param timeout the deadlock-timeout
     * @param nowNanos half of it later is the first look: no start should pay for it
     * @param log gets a text of several lines; does not wait
     */
    public Deadlocks(Replacement replacement, Duration timeout, long nowNanos, Consumer<String> log) {
        this(replacement, timeout, nowNanos, log, new Supplier<>() {
            @Override
            public ThreadMXBean get() {
                return ManagementFactory.getThreadMXBean();
            }
        });
    }

    /** @param jdk the first time it is asked for takes 15 ms, and 1.5 MB for good */
    Deadlocks(
            Replacement replacement,
            Duration timeout,
            long nowNanos,
            Consumer<String> log,
            Supplier<ThreadMXBean> jdk) {
        Duration half = timeout.dividedBy(2);
        this.replacement = replacement;
        this.log = log;
        this.jdk = jdk;
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
        if (!LockWaits.mayFormCircle()) {
            suspects = Set.of();
            return;
        }
        ThreadMXBean threads = jdk.get();
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

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
 * Finds threads that wait for one another in a circle: says where they stand, and asks for a
 * replacement, once. The JDK does not see virtual threads among them.
 */
public final class Deadlocks implements PeriodicTask {
    private static final Duration LEAST_PAUSE = Duration.ofMillis(500);
    /** While nothing is served. */
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(5);
    /**
     * Memory has been given back by then, so the timer sleeps with its alarm set, and a request
     * makes the next look come soon.
     */
    private static final long REST_AFTER_NANOS = 3 * IdleClock.LONG_NANOS;

    private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** What is asked about all threads. */
    interface Threads {
        boolean mayFormCircle();

        /** The first time takes 15 ms, and 1.5 MB for good. */
        ThreadMXBean ofJdk();
    }

    private final IdleClock idleClock;
    private final Replacement replacement;
    private final Consumer<String> log;
    private final Threads threads;
    private final long pauseNanos;
    private final long restNanos;
    private long nextNanos;
    /** Of the last look. */
    private Set<Long> suspects = Set.of();
    /** What is still to be asked for; empty if nothing is. */
    private String reason = "";

    /**
     * @param timeout the deadlock-timeout
     * @param nowNanos half of it later is the first look: no start should pay for it
     * @param log gets a text of several lines; does not wait
     */
    public Deadlocks(
            IdleClock idleClock, Replacement replacement, Duration timeout, long nowNanos, Consumer<String> log) {
        this(idleClock, replacement, timeout, nowNanos, log, new Threads() {
            @Override
            public boolean mayFormCircle() {
                return LockWaits.mayFormCircle();
            }

            @Override
            public ThreadMXBean ofJdk() {
                return ManagementFactory.getThreadMXBean();
            }
        });
    }

    Deadlocks(
            IdleClock idleClock,
            Replacement replacement,
            Duration timeout,
            long nowNanos,
            Consumer<String> log,
            Threads threads) {
        Duration half = timeout.dividedBy(2);
        this.idleClock = idleClock;
        this.replacement = replacement;
        this.log = log;
        this.threads = threads;
        this.pauseNanos = (half.compareTo(LEAST_PAUSE) < 0 ? LEAST_PAUSE : half).toNanos();
        this.restNanos = Math.max(pauseNanos, LONGEST_PAUSE.toNanos());
        this.nextNanos = nowNanos + pauseNanos;
    }

    @Override
    public long perform(long nowNanos) {
        boolean isUsed = idleClock.nanos(nowNanos) < REST_AFTER_NANOS;
        if (isUsed && nextNanos - nowNanos > pauseNanos) {
            nextNanos = nowNanos + pauseNanos;
        }
        if (nextNanos - nowNanos > 0) {
            return nextNanos - nowNanos;
        }
        if (reason.isEmpty()) {
            look();
        }
        if (reason.isEmpty()) {
            nextNanos = nowNanos + (isUsed || !suspects.isEmpty() ? pauseNanos : restNanos);
            return nextNanos - nowNanos;
        }
        return replacement.askReplacement(reason) ? NEVER : RETRY_NANOS;
    }

    /**
     * A circle of locks that are waited for with a limit comes undone by itself: it counts when it
     * is there twice.
     */
    private void look() {
        if (!threads.mayFormCircle()) {
            suspects = Set.of();
            return;
        }
        ThreadMXBean jdk = threads.ofJdk();
        long[] found = jdk.findDeadlockedThreads();
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
            report(jdk, twice);
        }
    }

    private void report(ThreadMXBean jdk, List<Long> ids) {
        long[] all = new long[ids.size()];
        for (int i = 0; i < all.length; i++) {
            all[i] = ids.get(i);
        }
        StringBuilder names = new StringBuilder();
        StringBuilder text = new StringBuilder("deadlock-timeout: " + all.length + " threads wait for one another\n");
        for (ThreadInfo thread : jdk.getThreadInfo(all, Integer.MAX_VALUE)) {
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

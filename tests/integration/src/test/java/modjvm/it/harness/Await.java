package modjvm.it.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits for a condition, with a deadline that is the later, the more the machine has to do. */
public final class Await {
    /** Long enough for a JVM to start on a machine that has other things to do. */
    public static final Duration LONG = Duration.ofSeconds(60);

    private static final long POLL_NANOS = Duration.ofMillis(20).toNanos();
    private static final int PAUSES_PER_LOOK = 4;

    private static final int LONGEST_FACTOR = 10;

    private Await() {}

    /**
     * As much longer than on a quiet machine as there are threads that want each of its processors,
     * now or over the last minute.
     */
    public static Duration scaled(Duration onQuietMachine) {
        return Duration.ofNanos((long) (onQuietMachine.toNanos() * factor()));
    }

    private static double factor() {
        try {
            String[] fields = Files.readString(Path.of("/proc/loadavg")).split("[ /]");
            double wanting = Math.max(Double.parseDouble(fields[0]), Integer.parseInt(fields[3]));
            return Math.min(
                    LONGEST_FACTOR, Math.max(1, wanting / Runtime.getRuntime().availableProcessors()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Returns once the condition holds; fails the test, naming what was awaited, if it does not in
     * time.
     */
    public static void until(String what, Duration limit, BooleanSupplier condition) {
        value(what, limit, () -> condition.getAsBoolean() ? Optional.of(true) : Optional.empty());
    }

    /** Returns the first value that the source gives. */
    public static <T> T value(String what, Duration limit, Supplier<Optional<T>> source) {
        long began = System.nanoTime();
        while (true) {
            long looked = System.nanoTime();
            Optional<T> value = source.get();
            if (value.isPresent()) {
                return value.get();
            }
            if (System.nanoTime() - began > limit.toNanos()
                    && System.nanoTime() - began > scaled(limit).toNanos()) {
                throw new AssertionError("not within " + scaled(limit).toMillis() + " ms: " + what);
            }
            // a look at all processes takes long: it must not take the machine from those who are
            // awaited
            LockSupport.parkNanos(Math.max(POLL_NANOS, PAUSES_PER_LOOK * (System.nanoTime() - looked)));
        }
    }
}

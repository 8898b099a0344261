package modjvm.archives;

import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * Hears what is done with an application's files, which may take minutes. Thread-safe if both are.
 *
 * @param log gets a line for each thing that was done
 * @param going run often while something is done
 */
public record Progress(Consumer<String> log, Runnable going) {
    private static final long NANOS_PER_MS = 1_000_000;

    /** Shows that it goes on. */
    void goesOn() {
        going.run();
    }

    /**
     * Logs that something was done, and how long it took.
     *
     * @param source the archive or folder
     * @param what such as {@code exploded}
     * @param startNanos when it began
     */
    public void done(Path source, String what, long startNanos) {
        log.accept(source + ": " + what + " in " + (System.nanoTime() - startNanos) / NANOS_PER_MS + " ms");
    }
}

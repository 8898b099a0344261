package modjvm.it.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** What a command printed, both streams together, and how it ended. */
public record Command(int exitCode, String output) {

    /**
     * Runs a command to its end. Its output goes through a file, so that a daemon it leaves behind
     * holds nobody up.
     */
    public static Command run(List<String> command) {
        return run(Duration.ofMinutes(1), command);
    }

    /** Runs a command that may take longer than a minute. */
    public static Command run(Duration limit, List<String> command) {
        try {
            Path output = Files.createTempFile("modjvm-command", ".out");
            try {
                Process process = new ProcessBuilder(command)
                        .redirectInput(new java.io.File("/dev/null"))
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start();
                if (!process.waitFor(limit.toSeconds(), TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                    throw new AssertionError("does not end: " + command);
                }
                return new Command(process.exitValue(), Files.readString(output));
            } finally {
                Files.delete(output);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    public static Command run(String... command) {
        return run(List.of(command));
    }

    /** The output of a command that has to succeed. */
    public static String succeed(String... command) {
        Command done = run(command);
        if (done.exitCode != 0) {
            throw new AssertionError(String.join(" ", command) + " ended with " + done.exitCode + ":\n" + done.output);
        }
        return done.output;
    }
}

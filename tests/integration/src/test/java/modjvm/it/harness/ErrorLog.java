package modjvm.it.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** The error log of a virtual host. */
public final class ErrorLog {
    private static final Pattern ALARMING =
            Pattern.compile(":(error|crit|alert|emerg)\\]|exit signal|Segmentation|AddressSanitizer|runtime error:");

    /** Lines of a stack trace belong to the line before them. */
    private static final Pattern CONTINUED =
            Pattern.compile("\\[pool [^]]+\\] (?:\\[id [^]]+\\] )?(\\s+at |\\s*\\.\\.\\. \\d+ more|Caused by: )");

    /** What JDK 25 says where it is told to end while it is still starting. */
    private static final Pattern ENDED_EARLY = Pattern.compile("Runtime\\.exit\\(143\\) logging failed");

    private final Path file;

    public ErrorLog(Path file) {
        this.file = file;
    }

    public String text() {
        try {
            return Files.exists(file) ? new String(Files.readAllBytes(file), StandardCharsets.UTF_8) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The lines that hold a match. */
    public List<String> lines(String regex) {
        Pattern pattern = Pattern.compile(regex);
        return text().lines().filter(line -> pattern.matcher(line).find()).toList();
    }

    /** Waits until a line matches, and returns it. */
    public String await(String regex) {
        return await(regex, Await.LONG);
    }

    public String await(String regex, Duration limit) {
        try {
            return Await.value("a line with " + regex, limit, () -> first(regex));
        } catch (AssertionError e) {
            throw new AssertionError(e.getMessage() + " in " + file.getFileName() + ":\n" + text());
        }
    }

    private Optional<String> first(String regex) {
        return lines(regex).stream().findFirst();
    }

    /** Lines that tell of a fault and that no test announced. */
    List<String> unexpected(List<Pattern> expected) {
        return text().lines()
                .filter(line -> !CONTINUED.matcher(line).find())
                .filter(line -> !ENDED_EARLY.matcher(line).find())
                .filter(line -> ALARMING.matcher(line).find())
                .filter(line -> expected.stream().noneMatch(e -> e.matcher(line).find()))
                .toList();
    }
}

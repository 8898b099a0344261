package modjvm.it.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** Java homes of this machine. */
public record Jdk(Path home, int release) {
    private static final Path USUAL_PLACE = Path.of("/usr/lib/jvm");
    private static final Pattern VERSION = Pattern.compile("JAVA_VERSION=\"(\\d+)");

    /** The JDK that the tests run on. */
    public static Jdk current() {
        return new Jdk(
                Path.of(System.getProperty("java.home")), Runtime.version().feature());
    }

    /**
     * A JDK of at least that release; where there is none, the test is skipped with a line that
     * says so.
     */
    public static Jdk atLeast(int release) {
        Optional<Jdk> found = Stream.concat(Stream.of(current()), installed())
                .filter(jdk -> jdk.release >= release)
                .findFirst();
        if (found.isEmpty()) {
            String reason = "skipped: no JDK " + release + " or later below " + USUAL_PLACE;
            System.out.println(reason); // Surefire keeps it to itself
            Assumptions.abort(reason);
        }
        return found.orElseThrow();
    }

    /** A JDK of that release; where there is none, the test is skipped. */
    public static Jdk of(int release) {
        Optional<Jdk> found = Stream.concat(Stream.of(current()), installed())
                .filter(jdk -> jdk.release == release)
                .findFirst();
        Assumptions.assumeTrue(found.isPresent(), "skipped: no JDK " + release + " below " + USUAL_PLACE);
        return found.orElseThrow();
    }

    static Stream<Jdk> installed() {
        try (Stream<Path> homes = Files.list(USUAL_PLACE)) {
            return homes.flatMap(home -> at(home).stream()).toList().stream();
        } catch (IOException e) {
            return Stream.empty();
        }
    }

    private static Optional<Jdk> at(Path home) {
        Path release = home.resolve("release");
        if (!Files.isRegularFile(home.resolve("lib/server/libjvm.so")) || !Files.isRegularFile(release)) {
            return Optional.empty();
        }
        try {
            Matcher version = VERSION.matcher(Files.readString(release));
            return version.find() ? Optional.of(new Jdk(home, Integer.parseInt(version.group(1)))) : Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

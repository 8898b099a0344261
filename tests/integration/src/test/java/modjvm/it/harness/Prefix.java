package modjvm.it.harness;

import java.nio.file.Path;
import java.util.Objects;

/** Where the mod_jvm under test is installed. */
public final class Prefix {
    private static final Path PREFIX =
            Path.of(Objects.requireNonNull(System.getProperty("modjvm.prefix"), "-Dmodjvm.prefix=PREFIX"));

    private Prefix() {}

    public static Path root() {
        return PREFIX;
    }

    public static Path module() {
        return PREFIX.resolve("lib/apache2/modules/mod_jvm.so");
    }

    public static Path supervisor() {
        return PREFIX.resolve("libexec/mod_jvm/jvm-supervisor");
    }

    public static Path launcher() {
        return PREFIX.resolve("libexec/mod_jvm/jvm-daemon");
    }

    public static Path jars() {
        return PREFIX.resolve("share/mod_jvm");
    }
}

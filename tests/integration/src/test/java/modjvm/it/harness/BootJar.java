package modjvm.it.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;

/** Builds the Spring Boot application in tests/boot, as its users build theirs. */
public final class BootJar {
    private static final Duration LIMIT = Duration.ofMinutes(5);

    private BootJar() {}

    /** Builds it with a version of Spring Boot; the jar has its libraries inside. */
    public static Path build(String version, Path folder) {
        Path pom = Path.of(System.getProperty("basedir", "."), "../boot/pom.xml")
                .toAbsolutePath()
                .normalize();
        run(List.of(
                "mvn",
                "-B",
                "-ntp",
                "-q",
                "-f",
                pom.toString(),
                "package",
                "-Dboot.version=" + version,
                "-Dboot.output=" + folder));
        Path jar = folder.resolve("sample.jar");
        try {
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
            Files.setPosixFilePermissions(jar, PosixFilePermissions.fromString("rw-r--r--"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return jar;
    }

    /** Lays its libraries beside the jar. */
    public static Path extract(Path jar, Path folder) {
        String java = Path.of(System.getProperty("java.home"), "bin/java").toString();
        run(List.of(java, "-Djarmode=tools", "-jar", jar.toString(), "extract", "--destination", folder.toString()));
        run(List.of("chmod", "-R", "a+rX", folder.toString()));
        return folder.resolve(jar.getFileName());
    }

    private static void run(List<String> command) {
        Command done = Command.run(LIMIT, command);
        if (done.exitCode() != 0) {
            throw new AssertionError(
                    String.join(" ", command) + " ended with " + done.exitCode() + ":\n" + done.output());
        }
    }
}

package modjvm.launch;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The files that a daemon runs on besides its applications: some of the JDK's and mod_jvm's own. An
 * upgrade renames new ones over them, or switches a link in their path, and what still runs is then
 * half of each.
 */
final class RuntimeFiles {
    private static final List<String> OF_JDK = List.of("release", "lib/modules", "lib/server/libjvm.so");
    private static final String LAUNCHER = "jvm-daemon";

    private RuntimeFiles() {}

    /** @param javaHome as the settings name it, so that a link in it can be seen to move */
    static List<Path> of(Optional<Path> javaHome) {
        List<Path> files = new ArrayList<>();
        for (String name : OF_JDK) {
            javaHome.ifPresent(home -> files.add(home.resolve(name)));
        }
        for (String jar : System.getProperty("java.class.path", "").split(File.pathSeparator, -1)) {
            if (jar.endsWith(".jar")) {
                files.add(Path.of(jar));
            }
        }
        launcher().ifPresent(files::add);
        return files;
    }

    /** Nothing in a JVM that the launcher has not made. */
    private static Optional<Path> launcher() {
        try {
            Path program = Files.readSymbolicLink(Path.of("/proc/self/exe"));
            return program.endsWith(LAUNCHER) ? Optional.of(program) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}

package modjvm.it.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The tests' applications in one folder that nobody writes to, and their classes as the pools of
 * earlier tests have kept them: a test that is not about compiling does not wait for the compiler.
 * Pools find them in their state folders, and look whether they fit, as after a restart.
 */
final class CompiledApplications {
    private static final Pattern POOL =
            Pattern.compile("(?m)^\\s*JVMDaemonProcess\\s+(\\S+)(?=.*\\buser=(\\S+))(?:.*\\bjava-home=(\\S+))?");
    private static final String KEPT = "classes-*";
    private static final Path FOLDER = Folders.temporary();
    private static final boolean IS_COMPLETE;

    static {
        Folders.copyApplications(sources());
        IS_COMPLETE = true;
        Runtime.getRuntime().addShutdownHook(new Thread(() -> Folders.remove(FOLDER), "remove-applications"));
    }

    private CompiledApplications() {}

    static Path sources() {
        return FOLDER.resolve("apps");
    }

    /** Whether a test may not write to it. */
    static boolean isOneOf(Path file) {
        return IS_COMPLETE && file.startsWith(sources());
    }

    /** Puts classes into the state folders of pools that have not been started yet. */
    static synchronized void copyInto(Path stateDir, String configuration) {
        Matcher pools = POOL.matcher(configuration);
        while (pools.find()) {
            Path kept = kept(pools);
            if (Files.isDirectory(kept)) {
                Path folder = Folders.make(stateDir.resolve(pools.group(1)), pools.group(2), "rwx------");
                copy(kept, folder, pools.group(2));
            }
        }
    }

    /** Takes the classes of pools that have ended. */
    static synchronized void collectFrom(Path stateDir, String configuration) {
        Matcher pools = POOL.matcher(configuration);
        while (pools.find()) {
            Path folder = stateDir.resolve(pools.group(1));
            if (Files.isDirectory(folder)) {
                copy(folder, Folders.make(kept(pools)), System.getProperty("user.name"));
            }
        }
    }

    /** Classes depend on the JDK, and belong to the pool's user. */
    private static Path kept(Matcher pool) {
        String home = pool.group(3) == null ? "default" : pool.group(3);
        return FOLDER.resolve("kept").resolve(pool.group(2) + home.replace('/', '+'));
    }

    private static void copy(Path from, Path to, String owner) {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(from, KEPT)) {
            for (Path file : files) {
                if (Files.readString(file, StandardCharsets.ISO_8859_1)
                        .contains(sources().toString())) {
                    Path copy = to.resolve(file.getFileName());
                    Files.copy(file, copy, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.COPY_ATTRIBUTES);
                    Folders.own(copy, owner);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

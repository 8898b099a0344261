package modjvm.it.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Assumptions;

/**
 * A root directory for processes: the machine's programs and libraries are mounted in it,
 * read-only. Closing it unmounts them, and so does the end of the tests. Where mounting is not
 * permitted, the test is skipped with a line that says so.
 */
public final class Jail implements AutoCloseable {
    private static final Set<Path> MOUNTED = ConcurrentHashMap.newKeySet();

    static {
        Runtime.getRuntime()
                .addShutdownHook(new Thread(() -> Set.copyOf(MOUNTED).forEach(Jail::unmount), "unmount"));
    }

    private final Path root;
    private final Deque<Path> mounts = new ArrayDeque<>();

    private Jail(Path root) {
        this.root = Folders.make(root);
    }

    public static Jail make(Path root) {
        Jail jail = new Jail(root);
        for (String folder : new String[] {"/usr", "/etc", "/lib", "/lib64", "/bin", "/proc"}) {
            Path path = Path.of(folder);
            if (Files.isSymbolicLink(path)) {
                jail.link(path);
            } else if (Files.isDirectory(path)) {
                jail.bind(path);
            }
        }
        jail.bindDevice("null");
        jail.bindDevice("urandom");
        Folders.make(root.resolve("tmp"), "root", "rwxrwxrwx");
        Folders.make(root.resolve("var/tmp"), "root", "rwxrwxrwx");
        return jail;
    }

    public Path root() {
        return root;
    }

    /** Mounts a folder at its own path, unless it is there already. */
    public void bind(Path folder) {
        Path at = root.resolve(Path.of("/").relativize(folder));
        if (Files.exists(at)) {
            return;
        }
        Folders.make(at);
        mount(at, "--bind", folder.toString());
        mounts.push(at);
        Command.succeed("mount", "-o", "remount,bind,ro", at.toString());
    }

    private void bindDevice(String name) {
        Path at = Folders.write(root.resolve("dev").resolve(name), "");
        mount(at, "--bind", "/dev/" + name);
        mounts.push(at);
    }

    private void link(Path path) {
        try {
            Files.createSymbolicLink(root.resolve(Path.of("/").relativize(path)), Files.readSymbolicLink(path));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** An empty file system at a folder, until it is closed. */
    public static Mount mountTmpfs(Path at) {
        mount(at, "-t", "tmpfs", "tmpfs");
        Command.succeed("chmod", "777", at.toString());
        return new Mount(at);
    }

    private static void mount(Path at, String... what) {
        String[] command = new String[what.length + 2];
        command[0] = "mount";
        System.arraycopy(what, 0, command, 1, what.length);
        command[what.length + 1] = at.toString();
        Command done = Command.run(command);
        if (done.exitCode() != 0) {
            String reason =
                    "skipped: mounting is not permitted: " + done.output().trim();
            System.out.println(reason); // Surefire keeps it to itself
            Assumptions.abort(reason);
        }
        MOUNTED.add(at);
    }

    private static void unmount(Path at) {
        if (Command.run("umount", "-l", at.toString()).exitCode() == 0) {
            MOUNTED.remove(at);
        }
    }

    /**
     * Fails if anything is mounted below a folder: then it must not be removed with what lies in
     * it.
     */
    public static void requireNothingMountedBelow(Path folder) {
        try {
            if (Files.readString(Path.of("/proc/self/mountinfo")).contains(" " + folder + "/")) {
                throw new AssertionError("something is still mounted below " + folder);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        while (!mounts.isEmpty()) {
            unmount(mounts.pop());
        }
    }

    /** Something mounted. */
    public record Mount(Path at) implements AutoCloseable {
        @Override
        public void close() {
            unmount(at);
        }
    }
}

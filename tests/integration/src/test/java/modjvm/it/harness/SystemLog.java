package modjvm.it.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A syslogd for one httpd, which sees it as the machine's: {@code <PRIORITY>DATE TAG[PID]: TEXT}, a
 * line each, in a file. Needs root.
 */
public final class SystemLog implements AutoCloseable {
    private static final String DAEMON = """
            import os, socket, sys
            log = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            log.bind(sys.argv[1])
            os.chmod(sys.argv[1], 0o666)
            with open(sys.argv[2], "ab", 0) as file:
                while True:
                    file.write(log.recv(65536) + b"\\n")
            """;

    /** A /dev of its own: the machine's devices, and this log. */
    private static final String SURROUNDINGS = """
            set -e
            mount -t tmpfs -o mode=755 tmpfs "$1"
            for name in null zero full random urandom tty; do
                touch "$1/$name"
                mount --bind "/dev/$name" "$1/$name"
            done
            ln -s /proc/self/fd "$1/fd"
            ln -s "$2" "$1/log"
            mkdir -m 1777 "$1/shm"
            mount --rbind "$1" /dev
            shift 2
            exec "$@"
            """;

    private final Path devices;
    private final Path socket;
    private final Path file;
    private final Process daemon;

    private SystemLog(Path dir) {
        devices = Folders.make(dir.resolve("dev"));
        socket = dir.resolve("log");
        file = dir.resolve("syslog");
        try {
            daemon = new ProcessBuilder("python3", "-c", DAEMON, socket.toString(), file.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.INHERIT)
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Await.until("a system log", Await.LONG, () -> Files.exists(file));
    }

    public static SystemLog start() {
        return new SystemLog(Folders.temporary());
    }

    /** Starts what follows where this is the system's log. */
    public List<String> command() {
        return List.of(
                "unshare",
                "--mount",
                "--propagation",
                "private",
                "sh",
                "-c",
                SURROUNDINGS,
                "sh",
                devices.toString(),
                socket.toString());
    }

    public ErrorLog lines() {
        return new ErrorLog(file);
    }

    /** Nobody listens any more. */
    public void end() {
        daemon.destroyForcibly();
        daemon.onExit().join();
    }

    @Override
    public void close() {
        end();
        Folders.remove(devices.getParent());
    }
}

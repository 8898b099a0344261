package modjvm.it.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A private httpd with mod_jvm, below a folder of its own. Closing it stops it and fails if it left
 * a process or a socket file behind, or if its logs hold an error that the test did not announce.
 * With -Dmodjvm.keep=true its folder stays, for its logs.
 */
public final class Httpd implements AutoCloseable {
    private static final Duration END = Duration.ofSeconds(20);
    private static final Set<Httpd> OPEN = ConcurrentHashMap.newKeySet();

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> OPEN.forEach(Httpd::abandon), "end-httpds"));
    }

    private final HttpdBuilder builder;
    private final Path dir;
    private final Map<String, Integer> ports = new LinkedHashMap<>();
    private final List<Pattern> expected = new ArrayList<>();

    Httpd(HttpdBuilder builder, Path dir) {
        this.builder = builder;
        this.dir = dir;
        builder.hosts.keySet().forEach(host -> ports.put(host, Ports.free()));
        if (builder.ownsApplications) {
            Folders.copyApplications(apps());
        }
        Folders.make(dir.resolve("htdocs"));
        Folders.make(dir.resolve("run"), builder.owner, "rwxr-xr-x");
        Folders.make(dir, builder.owner, "rwxr-xr-x");
        Folders.make(dir.resolve("work"), builder.owner, "rwxrwxrwx");
        if (builder.hasArchives && builder.owner.equals(System.getProperty("user.name"))) {
            MachineArchives.linkInto(stateDir(dir));
        }
        if (isLikeOthers()) {
            CompiledApplications.copyInto(stateDir(dir), builder.configuration(dir, ports));
        }
        writeConfiguration();
        OPEN.add(this);
    }

    public static HttpdBuilder with() {
        return new HttpdBuilder();
    }

    public void start() {
        long before = resumptions();
        Command done = control("-k", "start");
        if (done.exitCode() != 0) {
            throw new AssertionError("httpd does not start:\n" + done.output() + log().text());
        }
        try {
            Await.until("httpd starts", END, () -> {
                if (!log().lines("Configuration Failed").isEmpty()) {
                    throw new AssertionError("httpd refuses its configuration");
                }
                return resumptions() > before && ports.values().stream().allMatch(Ports::answers);
            });
        } catch (AssertionError e) {
            throw new AssertionError(e.getMessage() + ":\n" + log().text());
        }
    }

    /**
     * Tells httpd to read its configuration again and let requests in flight end. Returns once it
     * has read it.
     */
    public void graceful() {
        reload("graceful");
    }

    public void restart() {
        reload("restart");
    }

    private void reload(String action) {
        long before = resumptions();
        List<Proc> former = children();
        Command done = control("-k", action);
        if (done.exitCode() != 0) {
            throw new AssertionError(action + " failed:\n" + done.output());
        }
        Await.until("httpd resumes after " + action, END, () -> resumptions() > before);
        Await.until(
                "httpd's children of before accept nothing more",
                END,
                () -> former.stream().noneMatch(Ports::listens));
    }

    /** AH00489, AH00292 and AH00163: resuming normal operations. */
    private long resumptions() {
        return log().lines("resuming normal operations").size();
    }

    /** Stops httpd, and returns once its parent process has ended. */
    public void stop() {
        Optional<Proc> parent = parentIfAlive();
        Command done = control("-k", "stop");
        if (done.exitCode() != 0) {
            throw new AssertionError("stop failed:\n" + done.output());
        }
        parent.ifPresent(p -> Await.until("httpd's parent ends", END, () -> !p.isAlive()));
    }

    /**
     * Stops httpd once the requests in flight have ended, and returns when its parent process has
     * ended.
     */
    public void gracefulStop() {
        Proc parent = parent();
        Command done = control("-k", "graceful-stop");
        if (done.exitCode() != 0) {
            throw new AssertionError("graceful-stop failed:\n" + done.output());
        }
        Await.until("httpd's parent ends", Await.LONG, () -> !parent.isAlive());
    }

    public Command configtest() {
        return control("-t");
    }

    /**
     * Puts other lines in a virtual host's place; takes effect with the next start, restart or
     * graceful.
     */
    public void rewriteHost(String host, String lines) {
        builder.hosts.replace(host, lines);
        writeConfiguration();
    }

    public void rewriteMain(String lines) {
        builder.mainLines = lines;
        writeConfiguration();
    }

    private void writeConfiguration() {
        Folders.write(dir.resolve("httpd.conf"), builder.configuration(dir, ports));
    }

    private Command control(String... arguments) {
        List<String> command = new ArrayList<>(builder.wrapper);
        if (!builder.owner.equals(System.getProperty("user.name"))) {
            command.addAll(List.of(
                    "setpriv",
                    "--reuid",
                    builder.owner,
                    "--regid",
                    Integer.toString(Users.gid(builder.owner)),
                    "--init-groups"));
        }
        command.addAll(
                List.of("/usr/sbin/apache2", "-f", dir.resolve("httpd.conf").toString()));
        command.addAll(List.of(arguments));
        return Command.run(command);
    }

    public Path dir() {
        return dir;
    }

    static Path stateDir(Path dir) {
        return dir.resolve("run/state");
    }

    /** The applications; only those of {@link HttpdBuilder#ownApplications} may be changed. */
    public Path apps() {
        return builder.apps(dir);
    }

    /** What a pool keeps. */
    public Path stateFolder(String pool) {
        return stateDir(dir).resolve(pool);
    }

    /** A folder that every pool may write. */
    public Path work() {
        return dir.resolve("work");
    }

    public int port(String host) {
        return ports.get(host);
    }

    public URI uri(String host, String path) {
        return URI.create("http://127.0.0.1:" + port(host) + path);
    }

    public ErrorLog log(String host) {
        return new ErrorLog(dir.resolve(host + ".log"));
    }

    /** The main server's error log. */
    public ErrorLog log() {
        return log("main");
    }

    /** Announces that the logs may hold errors that match. */
    public void expect(String regex) {
        expected.add(Pattern.compile(regex));
    }

    public Proc parent() {
        return parentIfAlive().orElseThrow(() -> new AssertionError("httpd does not run:\n" + log().text()));
    }

    private Optional<Proc> parentIfAlive() {
        try {
            return Proc.of(Integer.parseInt(
                    Files.readString(dir.resolve("run/httpd.pid")).trim()));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    public Optional<Proc> supervisor() {
        return parentIfAlive().stream()
                .flatMap(parent -> parent.descendants().stream())
                .filter(Httpd::isSupervisor)
                .findFirst();
    }

    private static boolean isSupervisor(Proc process) {
        return isInstalled(process, Prefix.supervisor());
    }

    /** In the prefix under test, or in a copy of it. */
    private static boolean isInstalled(Proc process, Path program) {
        return process.program().endsWith("/" + Prefix.root().relativize(program));
    }

    /** The daemons that run now. */
    public List<Proc> daemons() {
        return supervisor().map(Httpd::daemonsOf).orElse(List.of());
    }

    private static List<Proc> daemonsOf(Proc supervisor) {
        return supervisor.descendants().stream()
                .filter(p -> isInstalled(p, Prefix.launcher()))
                .toList();
    }

    /** The daemons of a pool that has no display name of its own. */
    public List<Proc> daemons(String pool) {
        return daemons().stream()
                .filter(p -> p.arguments().stream().limit(1).anyMatch(("jvm:" + pool)::equals))
                .toList();
    }

    /** Waits until a pool has exactly that many daemons. */
    public List<Proc> awaitDaemons(String pool, int count) {
        Await.until(
                count + " daemons of pool " + pool,
                Await.LONG,
                () -> daemons(pool).size() == count);
        return daemons(pool);
    }

    /** Waits until a pool has exactly that many daemons, and each has said that it is ready. */
    public List<Proc> awaitReady(String pool, int count) {
        Await.until(count + " ready daemons of pool " + pool, Await.LONG, () -> {
            List<Proc> now = daemons(pool);
            return now.size() == count && now.stream().allMatch(daemon -> isReady(pool, daemon));
        });
        return daemons(pool);
    }

    private boolean isReady(String pool, Proc daemon) {
        String line = "pool " + pool + " pid " + daemon.pid() + " ready";
        return Stream.concat(Stream.of(log()), ports.keySet().stream().map(this::log))
                .anyMatch(log -> !log.lines(line).isEmpty());
    }

    /** The processes of httpd that serve clients. */
    public List<Proc> children() {
        return parentIfAlive().stream()
                .flatMap(parent -> parent.descendants().stream().filter(p -> p.parent() == parent.pid()))
                .filter(p -> !isSupervisor(p))
                .toList();
    }

    /** httpd, the supervisor and the daemons, as they are now. */
    public List<Proc> processes() {
        return parentIfAlive()
                .map(parent -> Stream.concat(Stream.of(parent), parent.descendants().stream())
                        .toList())
                .orElse(List.of());
    }

    /** Socket files below the folder that httpd keeps its run-time files in. */
    public List<Path> sockets() {
        try (Stream<Path> files = Files.walk(dir.resolve("run"))) {
            return files.filter(file -> file.toString().endsWith(".sock")).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The socket of a daemon; waits until there is one. */
    public Path awaitSocket() {
        return Await.value("a socket", Await.LONG, () -> sockets().stream().findFirst());
    }

    /** Fails unless every one of these processes ends in time, and every socket file is gone. */
    public void awaitNothingLeft(List<Proc> processes) {
        Await.until("processes end: " + processes, END, () -> processes.stream().noneMatch(Proc::isAlive));
        Await.until("socket files go", END, () -> sockets().isEmpty());
    }

    @Override
    public void close() {
        List<Proc> processes = processes();
        try {
            if (!processes.isEmpty()) {
                stop();
            }
            awaitNothingLeft(processes);
            List<String> unexpected = new ArrayList<>(log().unexpected(expected));
            ports.keySet().forEach(host -> unexpected.addAll(log(host).unexpected(expected)));
            if (!unexpected.isEmpty()) {
                throw new AssertionError("unexpected in the error logs:\n" + String.join("\n", unexpected));
            }
            if (isLikeOthers()) {
                CompiledApplications.collectFrom(stateDir(dir), builder.configuration(dir, ports));
            }
            if (!Boolean.getBoolean("modjvm.keep")) {
                Folders.remove(dir);
            }
        } finally {
            processes.stream().filter(Proc::isAlive).forEach(p -> p.signal("KILL"));
            OPEN.remove(this);
        }
    }

    /** Whether its pools may start with what those of other tests have kept. */
    private boolean isLikeOthers() {
        return !builder.ownsApplications && !builder.hasDefaultStateDir;
    }

    /** Ends what a failed start, or the end of the tests, has left. */
    void abandon() {
        processes().forEach(p -> p.signal("KILL"));
        OPEN.remove(this);
    }
}

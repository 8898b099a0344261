package modjvm.launch;

import java.io.PrintStream;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import modjvm.application.ApplicationEntryKind;
import modjvm.health.Deadlocks;
import modjvm.health.Heartbeat;
import modjvm.health.IdleClock;
import modjvm.health.Idleness;
import modjvm.health.MaximumRequests;
import modjvm.health.MemoryTrimmer;
import modjvm.health.OverdueRequests;
import modjvm.health.PeriodicTask;
import modjvm.health.Reload;
import modjvm.health.Supervision;
import modjvm.health.Supervisor;
import modjvm.health.Timer;
import modjvm.loading.KeptClasses;
import modjvm.loading.Mounts;
import modjvm.loading.PoolProcess;
import modjvm.loading.Providers;
import modjvm.loading.Watch;
import modjvm.logging.Log;
import modjvm.protocol.ConnectionKey;
import modjvm.server.ConnectionThreads;
import modjvm.server.RunningRequest;
import modjvm.server.Server;
import modjvm.server.StartException;
import modjvm.wire.Shortage;
import modjvm.wire.WireConnector;
import org.jspecify.annotations.Nullable;

/**
 * A daemon from its start to its end; the one place that puts the parts together.
 *
 * <ol>
 *   <li>The listening socket is taken over; what connects waits in its backlog.
 *   <li>The pool's applications load, several at once. Each may fail by itself. Then they answer
 *       what warms them up.
 *   <li>Requests are served, and the supervisor is told that the daemon is ready; from then on it
 *       also hears of whatever makes the daemon worth replacing.
 *   <li>On the supervisor's command requests are refused and the daemon ends when those in flight
 *       have; when the supervisor is gone, it ends at once; on SIGTERM and System.exit, it closes
 *       its applications before.
 * </ol>
 */
final class Host {
    private static final int DONE = 0;
    private static final int FAILED = 1;

    private static final Duration FOREVER = Duration.ofDays(1);

    private final Launcher launcher;
    private final Supervisor supervisor;
    private final ProcessEnd end;
    private final PrintStream log;
    private final Duration inFlightGrace;
    /** Written by the main thread when it serves, read by those that end the daemon. */
    private volatile @Nullable Server server;

    /**
     * Makes a daemon that is not started yet.
     *
     * @param log gets what is said about applications
     * @param inFlightGrace how long requests in flight may still take at SIGTERM and System.exit,
     *     but at most a quarter of the shutdown-timeout
     */
    Host(Launcher launcher, Supervisor supervisor, ProcessEnd end, PrintStream log, Duration inFlightGrace) {
        this.inFlightGrace = inFlightGrace;
        this.launcher = launcher;
        this.supervisor = supervisor;
        this.end = end;
        this.log = log;
    }

    /** Starts the daemon, and returns when it has ended. */
    void run() throws InterruptedException {
        Thread commands = new Thread("modjvm-commands") {
            @Override
            public void run() {
                obey();
            }
        };
        commands.setDaemon(true);
        commands.start();
        try {
            start();
        } catch (StartException e) {
            Log.line("start", String.valueOf(e.getMessage()));
            supervisor.failed(String.valueOf(e.getMessage()));
            end.exit(FAILED);
            return;
        } catch (Throwable t) { // whatever it is, there is no daemon without a start
            Log.trace("start", t);
            supervisor.failed(Log.describe(t));
            end.exit(FAILED);
            return;
        }
        launcher.memory().giveBackStack();
        commands.join();
    }

    private void start() throws Exception {
        PoolSettings settings = PoolSettings.parse(launcher.settings());
        if (settings.wire().key().equals(ConnectionKey.NONE)) {
            throw new StartException("the settings have no key, so no connection could be accepted");
        }
        ThreadFactory threads = ConnectionThreads.of(settings.wire().areThreadsVirtual());
        ServerSocketChannel listener = launcher.listener();
        for (Path path : settings.classPath()) {
            if (!Files.isReadable(path)) {
                log.println("class-path: " + path + " cannot be read; it is ignored");
            }
        }
        Watch watch = new Watch(settings.classPath());
        settings.reloadMarker().ifPresent(watch::addFile);
        RuntimeFiles.of(settings.javaHome()).forEach(watch::addFile);
        KeptClasses kept = new KeptClasses(
                launcher.stateFolder(),
                new Runnable() {
                    @Override
                    public void run() {
                        launcher.awaitCompiler();
                    }
                },
                log);
        Mounts mounts = new Mounts(
                new Providers(
                        new ApplicationEntryKind(),
                        Providers.folderOf(Host.class),
                        launcher.packageOpener(),
                        watch,
                        log),
                new PoolProcess(launcher.stateFolder(), settings.route()),
                settings.classPath(),
                settings.scriptOwner(),
                settings.dynamic(),
                watch,
                kept,
                log);
        end.atExit(new Runnable() {
            @Override
            public void run() {
                shutDown(mounts, settings.shutdownTimeout());
            }
        });
        List<byte[]> failed = mounts.preload(
                settings.applications(), Runtime.getRuntime().availableProcessors(), new MountReports(supervisor));
        new WarmUps(mounts).run(settings.warmUps());
        Server serving = new Server(settings.wire().threads(), mounts);
        WireConnector wire = new WireConnector(
                listener,
                settings.wire(),
                threads,
                launcher.hangups(),
                launcher.descriptors(),
                new Shortage(supervisor, launcher.descriptors()),
                serving.alarm(),
                this::end);
        serving.start(wire);
        server = serving;
        supervisor.ready(DefinitionHashes.of(failed));
        long now = System.nanoTime();
        Reload reload = new Reload(watch, launcher.inotify(), supervisor);
        new Timer(tasks(serving, wire, reload, settings.supervision(), now), now, serving.alarm(), this::end).start();
        reload.start();
    }

    private List<PeriodicTask> tasks(
            Server serving, WireConnector wire, Reload reload, Supervision supervision, long nowNanos) {
        Consumer<String> aside = new Consumer<>() {
            @Override
            public void accept(String text) {
                Log.aside("supervision", text);
            }
        };
        IdleClock idleClock = new IdleClock(serving, nowNanos);
        List<PeriodicTask> tasks = new ArrayList<>();
        tasks.add(idleClock);
        Duration deadlockTimeout = supervision.deadlockTimeout();
        if (!deadlockTimeout.isZero()) {
            tasks.add(new Heartbeat(idleClock, supervisor, deadlockTimeout));
            tasks.add(new Deadlocks(idleClock, supervisor, deadlockTimeout, nowNanos, aside));
        }
        tasks.add(new PeriodicTask() {
            @Override
            public long perform(long nowNanos) {
                long pauseNanos = wire.turnAwayUnheard();
                return pauseNanos > 0 ? pauseNanos : REST;
            }
        });
        tasks.add(new MemoryTrimmer(idleClock, launcher.memory(), nowNanos));
        tasks.add(reload.attention(idleClock));
        Duration requestTimeout = supervision.requestTimeout();
        Duration interruptTimeout = supervision.interruptTimeout();
        if (!requestTimeout.isZero() && !interruptTimeout.isZero()) {
            tasks.add(new OverdueRequests(serving, supervisor, requestTimeout.plus(interruptTimeout), aside));
        }
        if (!supervision.idleTimeout().isZero()) {
            tasks.add(new Idleness(idleClock, supervisor, supervision.idleTimeout()));
        }
        if (supervision.maximumRequests() > 0) {
            tasks.add(new MaximumRequests(serving, supervisor, supervision.maximumRequests(), Math.random()).begin());
        }
        return tasks;
    }

    private void obey() {
        for (int command = end.awaitCommand(); ; command = end.awaitCommand()) {
            if (command == ProcessEnd.ASK) {
                supervisor.present();
            }
            if (command == ProcessEnd.GONE) {
                end.halt(FAILED);
                return;
            }
            if (command == ProcessEnd.DRAIN) {
                drain();
                end.exit(DONE);
                return;
            }
        }
    }

    private void drain() {
        Server serving = server;
        try {
            if (serving != null) {
                serving.drain();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // then without waiting for those in flight
        }
    }

    /**
     * Lets requests in flight end, has tunnels end, and closes the applications, within the time
     * that the supervisor gives. The listening socket is left to the end of the process: closing an
     * inherited channel would turn descriptors 1 and 2 to /dev/null, and swallow what applications
     * have to say at their end.
     */
    private void shutDown(Mounts mounts, Duration timeout) {
        reportExit();
        Duration all = timeout.isZero() ? FOREVER : timeout.multipliedBy(9).dividedBy(10);
        Duration quarter = all.dividedBy(4);
        Duration grace = quarter.compareTo(inFlightGrace) < 0 ? quarter : inFlightGrace;
        Thread draining = new Thread("modjvm-drain") {
            @Override
            public void run() {
                drain();
            }
        };
        draining.setDaemon(true);
        draining.start();
        Server serving = server;
        if (serving != null) {
            serving.endTunnels();
        }
        try {
            TimeUnit.NANOSECONDS.timedJoin(draining, grace.toNanos());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        mounts.close(all.minus(grace));
    }

    /**
     * Tells which signal ends the JVM, or where the application that has called System.exit did so,
     * if it was one of these.
     */
    private void reportExit() {
        Map<Thread, StackTraceElement[]> threads = Thread.getAllStackTraces();
        String signal = ExitCaller.signal(threads);
        if (!signal.isEmpty()) {
            supervisor.failed(signal);
            return;
        }
        List<StackTraceElement[]> stacks = new ArrayList<>(threads.values());
        Server serving = server;
        if (serving != null) {
            for (RunningRequest running : serving.running()) {
                stacks.add(running.thread().getStackTrace()); // of virtual threads too
            }
        }
        String caller = ExitCaller.of(stacks);
        if (!caller.isEmpty()) {
            supervisor.failed("System.exit at " + caller);
        }
    }

    /** Ends a JVM that has met an error of its own; its hooks could fail for the same reason. */
    private void end() {
        supervisor.failed("an error of the virtual machine; its stack trace is in the log");
        end.halt(FAILED);
    }
}

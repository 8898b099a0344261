package modjvm.host;

import java.io.PrintStream;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import modjvm.loading.Mounts;
import modjvm.loading.Owner;
import modjvm.loading.Watch;
import org.jspecify.annotations.Nullable;

/**
 * A daemon from its start to its end; the one place that puts the parts together.
 *
 * <ol>
 *   <li>The listening socket is taken over; what connects waits in its backlog.
 *   <li>The pool's applications load, several at once. Each may fail by itself.
 *   <li>Requests are served, and the supervisor is told that the daemon is ready.
 *   <li>On the supervisor's command requests are refused and the daemon ends when those in flight have; when the
 *       supervisor is gone, it ends at once; on SIGTERM and System.exit, it closes its applications before.
 * </ol>
 */
final class Host {
    private static final int DONE = 0;
    private static final int FAILED = 1;

    private static final Duration FOREVER = Duration.ofDays(1);

    private final Lifecycle lifecycle;
    private final PrintStream log;
    private final Duration inFlightGrace;
    /** Written by the main thread when it serves, read by those that end the daemon. */
    private volatile @Nullable Server server;

    /**
     * Makes a daemon that is not started yet.
     *
     * @param log gets what is said about applications
     * @param inFlightGrace how long requests in flight may still take at SIGTERM and System.exit, but at most a quarter
     *     of the shutdown-timeout
     */
    Host(Lifecycle lifecycle, PrintStream log, Duration inFlightGrace) {
        this.inFlightGrace = inFlightGrace;
        this.lifecycle = lifecycle;
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
        } catch (Throwable t) { // whatever it is, there is no daemon without a start
            Log.trace("start", t);
            lifecycle.failed(Log.describe(t));
            lifecycle.exit(FAILED);
            return;
        }
        commands.join();
    }

    private void start() throws Exception {
        PoolSettings settings = PoolSettings.parse(lifecycle.settings());
        ServerSocketChannel listener = lifecycle.listener();
        for (Path path : settings.classPath()) {
            if (!Files.isReadable(path)) {
                log.println("class-path: " + path + " cannot be read; it is passed over");
            }
        }
        Mounts mounts = new Mounts(
                settings.classPath(), new Owner(Owner.ANYBODY, Owner.ANYBODY), new Watch(settings.classPath()), log);
        lifecycle.atExit(new Runnable() {
            @Override
            public void run() {
                shutDown(mounts, settings.shutdownTimeout());
            }
        });
        mounts.preload(settings.applications(), Runtime.getRuntime().availableProcessors());
        Server serving = new Server(
                listener,
                settings.httpdUid(),
                settings.threads(),
                mounts,
                lifecycle.hangups(),
                lifecycle.descriptors(),
                this::end);
        serving.start();
        server = serving;
        lifecycle.ready();
    }

    private void obey() {
        for (int command = lifecycle.awaitCommand(); ; command = lifecycle.awaitCommand()) {
            if (command == Lifecycle.GONE) {
                lifecycle.halt(FAILED);
                return;
            }
            if (command == Lifecycle.DRAIN) {
                drain();
                lifecycle.exit(DONE);
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
     * Lets requests in flight end, and closes the applications, within the time that the supervisor gives. The
     * listening socket is left to the end of the process: closing an inherited channel would turn descriptors 1 and 2
     * to /dev/null, and swallow what applications have to say at their end.
     */
    private void shutDown(Mounts mounts, Duration timeout) {
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
        try {
            TimeUnit.NANOSECONDS.timedJoin(draining, grace.toNanos());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        mounts.close(all.minus(grace));
    }

    /** Ends a JVM that has met an error of its own; its hooks could fail for the same reason. */
    private void end() {
        lifecycle.failed("an error of the virtual machine; its stack trace is in the log");
        lifecycle.halt(FAILED);
    }
}

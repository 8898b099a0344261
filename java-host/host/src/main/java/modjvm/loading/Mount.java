package modjvm.loading;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import modjvm.spi.Handler;
import modjvm.spi.LoadException;
import org.jspecify.annotations.Nullable;

/**
 * One definition, and the application that it became or the reason why not. Thread-safe: one thread
 * loads while the others wait for it. Loading has a thread of its own, so that no client that
 * leaves can interrupt a factory.
 */
final class Mount {
    /**
     * Of threads that load: the compiler recurses deeper than applications, for whom the pool's
     * stack-size is.
     */
    static final long STACK_BYTES = 4L << 20;

    private final Definition definition;
    private final boolean isDynamic;
    private final Deployer deployer;
    private final Group group;
    private final Watch watch;
    private final PrintStream log;
    /** Written before the first load. */
    private MountEvents events = MountEvents.NONE;

    private byte[] name = {};
    /** Whether the last attempt to load it has failed. One thread at a time loads. */
    private volatile boolean hasFailed;
    /** Written once, when it works; read by every request without a lock. */
    private volatile @Nullable Handler handler;
    /** Guarded by this. */
    private @Nullable Attempt attempt;
    /** Guarded by this. */
    private final List<AutoCloseable> resources = new ArrayList<>();
    /** Guarded by this. */
    private final List<Runnable> onDrain = new ArrayList<>();
    /** Of the application; guarded by this. */
    private @Nullable TargetLoader loader;

    /**
     * Makes a mount that is not loaded yet.
     *
     * @param isDynamic whether a request brought it, rather than the settings at start
     * @param deployer makes the application
     */
    Mount(Definition definition, boolean isDynamic, Deployer deployer, Group group, Watch watch, PrintStream log) {
        this.definition = definition;
        this.isDynamic = isDynamic;
        this.deployer = deployer;
        this.group = group;
        this.watch = watch;
        this.log = log;
    }

    boolean isDynamic() {
        return isDynamic;
    }

    Path target() {
        return definition.target();
    }

    /**
     * Has this hear of its failures, by the bytes of its definition. To be called before it is
     * loaded.
     */
    void tell(MountEvents to, byte[] bytes) {
        events = to;
        name = bytes;
    }

    /**
     * Returns the application's handler; loads it, at first or because the target of a failed
     * attempt has changed.
     */
    Handler get() throws LoadException {
        Handler ready = handler;
        return ready != null ? ready : current().result();
    }

    /** Adds a jar or folder to its group, so that the sources of the group compile against it. */
    void attachEarly() {
        try {
            if (!definition.isSource()) {
                group.attach(target(), Fingerprint.of(target()));
            }
        } catch (LoadException e) {
            // Loading meets it again, and tells.
        }
    }

    /** Whether it has loaded. */
    boolean isReady() {
        return handler != null;
    }

    /**
     * Loads on the calling thread; a failure is kept for those who ask, but an error of the JVM is
     * thrown.
     */
    void preload() {
        Attempt first = new Attempt(look());
        synchronized (this) {
            attempt = first;
        }
        first.run();
        try {
            first.result();
        } catch (LoadException e) {
            // Logged, and kept.
        }
    }

    /** Adds what is to be closed at the end, the application first. */
    synchronized void resources(List<AutoCloseable> all) {
        all.addAll(resources);
    }

    /**
     * Tells the application that the process drains, on a thread of its own. Has no effect the
     * second time.
     */
    synchronized void drain() {
        for (Runnable each : onDrain) {
            Thread thread = new Thread(null, each, "drain " + target());
            thread.setDaemon(true);
            thread.setContextClassLoader(loader);
            thread.start();
        }
        onDrain.clear();
    }

    /** Takes back what the JDK has of the application, which is closed. */
    synchronized void release() {
        if (loader != null) {
            JdkServices.release(loader, log);
            loader = null;
        }
    }

    /**
     * What the target looks like before it is loaded: what it looks like later is compared with the
     * first of these.
     */
    private long look() {
        long fingerprint = Fingerprint.of(target());
        if (definition.reload()) {
            watch.addTarget(target(), fingerprint, isDynamic);
        }
        return fingerprint;
    }

    private synchronized Attempt current() {
        Attempt last = attempt;
        if (last != null && !last.isDone()) {
            return last;
        }
        long fingerprint = look();
        if (last != null && last.fingerprint == fingerprint) {
            return last;
        }
        Attempt next = new Attempt(fingerprint);
        Thread thread = new Thread(null, next, "load " + target(), STACK_BYTES);
        thread.setDaemon(true);
        thread.start(); // before it is kept: nobody may wait for a thread that could not be made
        attempt = next;
        return next;
    }

    private Handler load(long fingerprint) throws LoadException {
        try {
            Deployer.Deployed deployed = deployer.deploy(fingerprint, events);
            Handler ready = new InContext(deployed.deployment().handler(), deployed.loader());
            keep(deployed);
            handler = ready;
            if (isDynamic) {
                watch.serves(target());
            }
            if (hasFailed) {
                hasFailed = false;
                events.works(name);
            }
            return ready;
        } catch (LoadException e) {
            log.println(e.report());
            hasFailed = true;
            events.failed(name, String.valueOf(e.getMessage()));
            throw e;
        }
    }

    private synchronized void keep(Deployer.Deployed deployed) {
        loader = deployed.loader();
        resources.addAll(deployed.deployment().resources());
        onDrain.addAll(deployed.deployment().onDrain());
    }

    /** One try to load. */
    private final class Attempt extends FutureTask<Handler> {
        private final long fingerprint;

        private Attempt(long fingerprint) {
            super(new Callable<>() {
                @Override
                public Handler call() throws LoadException {
                    return load(fingerprint);
                }
            });
            this.fingerprint = fingerprint;
        }

        private Handler result() throws LoadException {
            try {
                return get();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new LoadException(503, target() + ": the request ended while it was loaded");
            } catch (ExecutionException e) {
                if (e.getCause() instanceof LoadException failure) {
                    throw failure;
                }
                if (e.getCause() instanceof Error fatal) {
                    throw fatal;
                }
                throw new IllegalStateException(e.getCause());
            }
        }
    }
}

package modjvm.loading;

import java.io.PrintStream;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import modjvm.logging.RareLine;
import modjvm.spi.ApplicationKey;
import modjvm.spi.Handler;
import modjvm.spi.LoadException;

/** The applications of a pool. */
public final class Mounts implements Applications {
    /**
     * Applications that were not known at start: a bound against requests that name one file in
     * ever new ways.
     */
    static final int MAX_DYNAMIC = 1_000;

    private static final int NOT_FOUND = 404;
    private static final int UNAVAILABLE = 503;

    private final Providers providers;
    private final PoolProcess process;
    private final ApiLoader api = new ApiLoader();
    private final ClassLoader pool;
    private final SourceCompiler compiler;
    private final Owner owner;
    private final DynamicTargets allowed;
    private final Watch watch;
    private final PrintStream log;
    private final ConcurrentHashMap<ApplicationKey, Mount> mounts = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<String, Group> groups = new ConcurrentHashMap<>();
    private final AtomicInteger dynamic = new AtomicInteger();
    private final RareLine refusals = new RareLine();

    /**
     * Makes an empty pool.
     *
     * @param providers the kinds of application
     * @param process what applications may know of it
     * @param classPath jars and folders that every application sees
     * @param owner whose every target must be
     * @param allowed what requests may bring that is not loaded at start
     * @param watch gets every target before it is loaded, unless its definition says otherwise
     * @param kept what is compiled once need not be compiled again
     * @param log gets every failure to load, as {@code PATH:LINE: MESSAGE} where that is known
     */
    public Mounts(
            Providers providers,
            PoolProcess process,
            List<Path> classPath,
            Owner owner,
            DynamicTargets allowed,
            Watch watch,
            KeptClasses kept,
            PrintStream log) {
        this.providers = providers;
        this.process = process;
        this.pool = classPath.isEmpty() ? api : new URLClassLoader(urls(classPath), api);
        this.compiler = new SourceCompiler(classPath, kept);
        this.owner = owner;
        this.allowed = allowed;
        this.watch = watch;
        this.log = log;
    }

    /**
     * Loads the applications that are known at start. Returns when each has loaded or failed.
     *
     * @param definitions as in REQUEST
     * @param threads how many to load at once
     * @param events hears which fail, now and when a request has one loaded again
     * @return those that have failed, in their order
     * @throws LoadException if a definition is malformed; a failed application is not an exception
     *     here
     */
    public List<byte[]> preload(List<byte[]> definitions, int threads, MountEvents events) throws LoadException {
        Map<Mount, byte[]> all = new LinkedHashMap<>();
        for (byte[] definition : definitions) {
            Mount mount = mount(Definition.parse(definition), false);
            if (mounts.putIfAbsent(ApplicationKey.of(definition), mount) == null) {
                mount.tell(events, definition);
                mount.attachEarly();
                all.put(mount, definition);
            }
        }
        if (pool instanceof URLClassLoader classPath) {
            JdkServices.register(classPath, log);
        }
        List<Runnable> loads = new ArrayList<>();
        for (Mount mount : all.keySet()) {
            loads.add(new Runnable() {
                @Override
                public void run() {
                    mount.preload();
                }
            });
        }
        new Parallel(loads).run(threads);
        List<byte[]> failed = new ArrayList<>();
        for (Map.Entry<Mount, byte[]> each : all.entrySet()) {
            if (!each.getKey().isReady()) {
                failed.add(each.getValue());
            }
        }
        return failed;
    }

    /** The same, and nobody hears of failures. */
    List<byte[]> preload(List<byte[]> definitions, int threads) throws LoadException {
        return preload(definitions, threads, MountEvents.NONE);
    }

    @Override
    public boolean knows(ApplicationKey application) {
        try {
            return mounts.containsKey(application)
                    || allowed.refusal(Definition.parse(application.definition()))
                            .isEmpty();
        } catch (LoadException e) {
            return false;
        }
    }

    @Override
    public Handler find(ApplicationKey application) throws LoadException {
        Mount mount = mounts.get(application);
        if (mount == null) {
            mount = dynamic(application);
        }
        try {
            return mount.get();
        } catch (LoadException e) {
            if (mount.isDynamic() && Files.notExists(mount.target())) {
                forget(application, mount);
                throw notFound(mount.target());
            }
            throw e;
        }
    }

    /**
     * Closes the applications that can be closed, all at once, and waits for them.
     *
     * @param limit how long at most
     */
    public void close(Duration limit) {
        List<AutoCloseable> all = new ArrayList<>();
        for (Mount mount : mounts.values()) {
            mount.resources(all);
        }
        Closing.run(all, limit, log);
        for (Mount mount : mounts.values()) {
            mount.release();
        }
    }

    @Override
    public void drain() {
        for (Mount mount : mounts.values()) {
            mount.drain();
        }
    }

    int size() {
        return mounts.size();
    }

    private Mount dynamic(ApplicationKey application) throws LoadException {
        Definition parsed = parse(application.definition());
        String refusal = allowed.refusal(parsed);
        if (!refusal.isEmpty()) {
            throw refused(refusal);
        }
        Path target = parsed.target();
        if (Files.notExists(target)) {
            throw notFound(target);
        }
        if (dynamic.get() >= MAX_DYNAMIC) {
            throw new LoadException(
                    UNAVAILABLE,
                    target + ": more than " + MAX_DYNAMIC
                            + " applications besides those of JVMAlias; mount folders of them in pools of their own");
        }
        Mount mount = mount(parsed, true);
        Mount other = mounts.putIfAbsent(application, mount);
        if (other != null) {
            return other;
        }
        dynamic.incrementAndGet();
        return mount;
    }

    private Definition parse(byte[] definition) throws LoadException {
        try {
            return Definition.parse(definition);
        } catch (LoadException e) {
            throw refused(String.valueOf(e.getMessage()));
        }
    }

    /**
     * Not in the log of the request, which is httpd's child's: somebody may have captured that, and
     * may want to fill this log.
     */
    private LoadException refused(String why) {
        String line = refusals.next(why, System.nanoTime());
        if (!line.isEmpty()) {
            Thread writer = new Thread("modjvm-log") {
                @Override
                public void run() {
                    log.println(line);
                }
            };
            writer.setDaemon(true);
            writer.start();
        }
        return new LoadException(NOT_FOUND, why);
    }

    private void forget(ApplicationKey application, Mount mount) {
        if (mounts.remove(application, mount)) {
            dynamic.decrementAndGet();
            watch.forget(mount.target());
        }
    }

    private Mount mount(Definition definition, boolean isDynamic) {
        String name = definition.group();
        Group group = name.isEmpty()
                ? new Group(api, pool, compiler, owner)
                : groups.computeIfAbsent(name, key -> new Group(api, pool, compiler, owner));
        Deployer deployer = new Deployer(definition, providers, process, group, watch, log);
        return new Mount(definition, isDynamic, deployer, group, watch, log);
    }

    private static LoadException notFound(Path target) {
        return new LoadException(NOT_FOUND, target + ": no such file or folder");
    }

    private static URL[] urls(List<Path> classPath) {
        URL[] urls = new URL[classPath.size()];
        for (int i = 0; i < urls.length; i++) {
            try {
                urls[i] = classPath.get(i).toUri().toURL();
            } catch (MalformedURLException e) {
                throw new IllegalArgumentException(e); // a path always has one
            }
        }
        return urls;
    }
}

package modjvm.loading;

import java.io.IOException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import modjvm.spi.LoadException;

/**
 * The applications that share a class loader. Thread-safe: one target is attached at a time.
 *
 * <p>A target that has changed since it was attached is attached anew: alone in its group, to a
 * fresh loader; beside others, to a loader of its own below the group's, where its classes are
 * looked for first. The others keep theirs.
 */
final class Group {
    private ClassLoader api;
    private final ClassLoader pool;
    private final SourceCompiler compiler;
    private final Owner owner;
    private final Map<Path, Attached> attached = new LinkedHashMap<>();
    /** Whether its applications see what providers share. */
    private boolean isShared;
    /** What sources are compiled against besides. */
    private final List<Path> providersPath = new ArrayList<>();

    private TargetLoader shared;

    /**
     * Makes an empty group.
     *
     * @param api the loader of the JDK and the api
     * @param pool the loader of the pool's class path, below {@code api}
     * @param owner whose every target must be
     */
    Group(ClassLoader api, ClassLoader pool, SourceCompiler compiler, Owner owner) {
        this.api = api;
        this.pool = pool;
        this.compiler = compiler;
        this.owner = owner;
        this.shared = new TargetLoader(api, pool);
    }

    /**
     * Makes a target's classes loadable, unless they are already.
     *
     * @param fingerprint the target's
     */
    synchronized Attached attach(Path path, long fingerprint) throws LoadException {
        Attached known = attached.get(path);
        if (known != null && known.fingerprint == fingerprint) {
            return known;
        }
        Target target = Target.open(path, compiler, classPath(path), owner);
        TargetLoader loader = shared;
        if (known != null) {
            boolean isAlone = attached.size() == 1;
            loader = new TargetLoader(api, isAlone ? pool : shared);
            if (isAlone) {
                shared = loader;
            }
        }
        try {
            target.addTo(loader);
        } catch (IOException e) {
            throw new LoadException(path + ": cannot be read: " + OneLine.of(e), e);
        }
        Attached now = new Attached(target, loader, fingerprint);
        attached.put(path, now);
        return now;
    }

    /** Lets the applications of the group see what providers share, from now on. */
    synchronized void share(List<Providers.Provided> providers) {
        if (isShared) {
            return;
        }
        isShared = true;
        api = ApiLoader.with(providers);
        shared.share(api);
        for (Providers.Provided each : providers) {
            providersPath.addAll(each.provider().classPath());
        }
    }

    /**
     * Makes a loader for a target that a provider takes as a whole: it sees what the provider
     * shares, and the pool's class path.
     */
    TargetLoader beside(Providers.Provided provider) {
        return new TargetLoader(ApiLoader.with(List.of(provider)), pool);
    }

    /** Throws if a target is not there, or may not be used. */
    void check(Path path) throws LoadException {
        Target.check(path, owner, Target.THE_TARGET);
    }

    /** The same for a file that an option names. */
    BasicFileAttributes check(Path path, String option) throws LoadException {
        return Target.check(path, owner, option);
    }

    /** What a source of this group is compiled against. */
    private List<Path> classPath(Path without) {
        List<Path> paths = new ArrayList<>(providersPath);
        for (Attached other : attached.values()) {
            Path path = other.target.path();
            if (!other.target.isSource() && !path.equals(without)) {
                paths.add(path);
            }
        }
        return paths;
    }

    /** A target and where its classes are. */
    static final class Attached {
        final Target target;
        final TargetLoader loader;
        private final long fingerprint;

        private Attached(Target target, TargetLoader loader, long fingerprint) {
            this.target = target;
            this.loader = loader;
            this.fingerprint = fingerprint;
        }
    }
}

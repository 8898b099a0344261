package modjvm.loading;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.file.Path;
import java.security.CodeSource;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import modjvm.spi.ChildFirstLoader;
import modjvm.spi.LoadException;
import org.jspecify.annotations.Nullable;

/**
 * The classes of one application group: compiled ones from memory, others from jars and folders. A
 * class is looked for in the JDK and the api, then here, then in the parent, so that an
 * application's own classes win over the pool's class path, and those of a retried target over the
 * group that it belongs to.
 *
 * <p>Jars stay open while the loader lives. A jar that is replaced by renaming another over it goes
 * on being read as it was; one that is overwritten in place breaks the classes not yet loaded.
 */
final class TargetLoader extends ChildFirstLoader {
    static {
        registerAsParallelCapable();
    }

    /** Volatile: it may get more while classes are loaded. */
    private volatile ClassLoader api;

    private final Map<String, Compiled> compiled = new ConcurrentHashMap<>();

    /** Makes an empty loader; without a name, which every line of a stack trace would bear. */
    TargetLoader(ClassLoader api, ClassLoader parent) {
        super(null, new URL[0], parent);
        this.api = api;
    }

    /** From now on, what comes before all else is this. */
    void share(ClassLoader more) {
        api = more;
    }

    /** Adds a jar or a class folder. */
    void add(Path path) throws IOException {
        addURL(path.toUri().toURL());
    }

    /**
     * Adds the compiled classes of a source, unless another source has defined one of them before.
     */
    void add(Path source, Map<String, byte[]> classes) throws IOException, LoadException {
        for (String name : classes.keySet()) {
            Compiled other = compiled.get(name);
            if (other != null) {
                throw new LoadException(source + ": class " + name + " is defined by " + other.source
                        + " in the same application group; rename it, or give it a JVMApplicationGroup of its own");
            }
        }
        CodeSource origin = new CodeSource(source.toUri().toURL(), (Certificate[]) null);
        for (Map.Entry<String, byte[]> entry : classes.entrySet()) {
            compiled.put(entry.getKey(), new Compiled(source, origin, entry.getValue()));
        }
    }

    /**
     * Makes an object of a class of the host's that is defined here once more, so that the JDK
     * takes it for the application's own.
     */
    Runnable copyOf(Class<? extends Runnable> type) throws ReflectiveOperationException {
        Class<?> copy = findLoadedClass(type.getName());
        if (copy == null) {
            try (InputStream in = type.getResourceAsStream(type.getSimpleName() + ".class")) {
                byte[] bytes = Objects.requireNonNull(in, type.getName()).readAllBytes();
                copy = defineClass(type.getName(), bytes, 0, bytes.length);
            } catch (IOException e) {
                throw new ReflectiveOperationException(e);
            }
        }
        return (Runnable) copy.getConstructor().newInstance();
    }

    /** Tells whether a class is one of those that this loader holds itself. */
    boolean holds(String className) {
        return compiled.containsKey(className) || findResource(className.replace('.', '/') + ".class") != null;
    }

    @Override
    protected @Nullable Class<?> loadShared(String name) {
        try {
            return api.loadClass(name);
        } catch (ClassNotFoundException e) {
            return null; // neither the JDK's nor the api's
        }
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
        Compiled own = compiled.get(name);
        return own == null ? super.findClass(name) : defineClass(name, own.bytes, 0, own.bytes.length, own.origin);
    }

    @Override
    public Enumeration<URL> getResources(String name) throws IOException {
        List<URL> all = new ArrayList<>(Collections.list(findResources(name)));
        all.addAll(Collections.list(getParent().getResources(name)));
        return Collections.enumeration(all);
    }

    /** One compiled class. */
    private static final class Compiled {
        private final Path source;
        private final CodeSource origin;
        private final byte[] bytes;

        private Compiled(Path source, CodeSource origin, byte[] bytes) {
            this.source = source;
            this.origin = origin;
            this.bytes = bytes;
        }
    }
}

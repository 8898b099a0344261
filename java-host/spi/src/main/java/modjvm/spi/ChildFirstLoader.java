package modjvm.spi;

import java.net.URL;
import java.net.URLClassLoader;
import org.jspecify.annotations.Nullable;

/**
 * Looks for a class in what all applications share, then in jars and folders of its own, then in
 * its parent; for a resource here and then in the parent. A subclass registers itself as parallel
 * capable. Thread-safe.
 */
public abstract class ChildFirstLoader extends URLClassLoader {
    static {
        registerAsParallelCapable();
    }

    /**
     * Makes a loader.
     *
     * @param name which every line of a stack trace bears; null for none
     * @param urls its own jars and folders
     * @param parent comes last
     */
    protected ChildFirstLoader(@Nullable String name, URL[] urls, ClassLoader parent) {
        super(name, urls, parent);
    }

    /**
     * Loads a class that all applications share.
     *
     * @param name its binary name
     * @return the class; null if it may be one of this loader's own
     * @throws ClassNotFoundException if it cannot be one of its own, and is not there
     */
    protected abstract @Nullable Class<?> loadShared(String name) throws ClassNotFoundException;

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        synchronized (getClassLoadingLock(name)) {
            Class<?> type = findLoadedClass(name);
            if (type == null) {
                type = search(name);
            }
            if (resolve) {
                resolveClass(type);
            }
            return type;
        }
    }

    private Class<?> search(String name) throws ClassNotFoundException {
        Class<?> shared = loadShared(name);
        if (shared != null) {
            return shared;
        }
        try {
            return findClass(name);
        } catch (ClassNotFoundException e) {
            if (e.getCause() != null) {
                throw e; // it is here and cannot be read
            }
        }
        return getParent().loadClass(name);
    }

    @Override
    public @Nullable URL getResource(String name) {
        URL own = findResource(name);
        return own != null ? own : super.getResource(name);
    }
}

package modjvm.ring;

import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.List;

/**
 * The classes and Clojure sources of one application: after those of the JDK and the api, and
 * before those of the pool's class path.
 */
final class RingLoader extends URLClassLoader {
    private static final String API = "modjvm.";

    static {
        registerAsParallelCapable();
    }

    RingLoader(ClassLoader pool, List<Path> targets) throws MalformedURLException {
        super(urls(targets), pool);
    }

    private static URL[] urls(List<Path> targets) throws MalformedURLException {
        URL[] urls = new URL[targets.size()];
        for (int i = 0; i < urls.length; i++) {
            urls[i] = targets.get(i).toUri().toURL();
        }
        return urls;
    }

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
        try {
            return getPlatformClassLoader().loadClass(name);
        } catch (ClassNotFoundException e) {
            // None of the JDK's.
        }
        if (name.startsWith(API)) {
            return getParent().loadClass(name);
        }
        try {
            return findClass(name);
        } catch (ClassNotFoundException e) {
            return getParent().loadClass(name);
        }
    }

    @Override
    public URL getResource(String name) {
        URL own = findResource(name);
        return own != null ? own : super.getResource(name);
    }
}

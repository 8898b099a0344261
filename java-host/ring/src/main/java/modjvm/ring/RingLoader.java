package modjvm.ring;

import java.net.MalformedURLException;
import java.net.URL;
import java.nio.file.Path;
import java.util.List;
import modjvm.spi.ChildFirstLoader;
import org.jspecify.annotations.Nullable;

/**
 * The classes and Clojure sources of one application: after those of the JDK and the api, and
 * before those of the pool's class path.
 */
final class RingLoader extends ChildFirstLoader {
    private static final String API = "modjvm.";

    static {
        registerAsParallelCapable();
    }

    RingLoader(ClassLoader pool, List<Path> targets) throws MalformedURLException {
        super(null, urls(targets), pool);
    }

    private static URL[] urls(List<Path> targets) throws MalformedURLException {
        URL[] urls = new URL[targets.size()];
        for (int i = 0; i < urls.length; i++) {
            urls[i] = targets.get(i).toUri().toURL();
        }
        return urls;
    }

    @Override
    protected @Nullable Class<?> loadShared(String name) throws ClassNotFoundException {
        try {
            return getPlatformClassLoader().loadClass(name);
        } catch (ClassNotFoundException e) {
            return name.startsWith(API) ? getParent().loadClass(name) : null;
        }
    }
}

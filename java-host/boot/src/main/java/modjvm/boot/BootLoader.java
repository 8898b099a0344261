package modjvm.boot;

import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import modjvm.spi.ChildFirstLoader;
import org.jspecify.annotations.Nullable;

/**
 * The classes of one Spring Boot application, and the inside of the bridge to it. A class is looked
 * for in the JDK, then here, then in the pool's class path; the package {@code modjvm} and what the
 * bridge shares is the host's.
 */
final class BootLoader extends ChildFirstLoader {
    private static final String HOST = "modjvm.";
    private static final List<String> INSIDE = List.of("modjvm.boot.inside.", "modjvm.coyote.");
    private static final ClassLoader JDK = ClassLoader.getPlatformClassLoader();
    private static final ClassLoader BRIDGE = BootLoader.class.getClassLoader();

    static {
        registerAsParallelCapable();
    }

    /**
     * Makes the loader.
     *
     * @param paths jars and folders, the bridge's first
     * @param pool has the pool's class path
     */
    BootLoader(List<Path> paths, ClassLoader pool) {
        super("boot", urls(paths), pool);
    }

    private static URL[] urls(List<Path> paths) {
        List<URL> urls = new ArrayList<>();
        try {
            for (Path path : paths) {
                urls.add(path.toUri().toURL());
            }
        } catch (MalformedURLException e) {
            throw new IllegalArgumentException(e); // a path always has one
        }
        return urls.toArray(new URL[0]);
    }

    @Override
    protected @Nullable Class<?> loadShared(String name) throws ClassNotFoundException {
        if (name.startsWith(HOST) && INSIDE.stream().noneMatch(name::startsWith)) {
            return BRIDGE.loadClass(name);
        }
        try {
            return JDK.loadClass(name);
        } catch (ClassNotFoundException e) {
            return null; // not the JDK's
        }
    }

    @Override
    public Enumeration<URL> getResources(String name) throws IOException {
        List<URL> all = new ArrayList<>(Collections.list(findResources(name)));
        all.addAll(Collections.list(getParent().getResources(name)));
        return Collections.enumeration(all);
    }
}

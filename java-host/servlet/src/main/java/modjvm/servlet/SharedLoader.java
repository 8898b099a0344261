package modjvm.servlet;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.Enumeration;
import modjvm.Application;
import org.jspecify.annotations.Nullable;

/**
 * What a web application sees beside its own classes: the JDK, Tomcat with the Jakarta APIs, the
 * package {@code modjvm}, and the pool's class path, as Tomcat's folder lib; nothing else of
 * mod_jvm.
 */
final class SharedLoader extends URLClassLoader {
    private static final String PACKAGE = "modjvm.";

    static {
        registerAsParallelCapable();
    }

    private final ClassLoader pool;

    /**
     * @param bridge has Tomcat and this class
     * @param pool has the pool's class path
     */
    SharedLoader(ClassLoader bridge, ClassLoader pool) {
        super("modjvm-servlet", new URL[0], bridge);
        this.pool = pool;
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        if (name.startsWith(PACKAGE)) {
            if (name.indexOf('.', PACKAGE.length()) >= 0) {
                throw new ClassNotFoundException(name);
            }
            return Application.class.getClassLoader().loadClass(name);
        }
        return super.loadClass(name, resolve);
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
        return pool.loadClass(name);
    }

    @Override
    public @Nullable URL findResource(String name) {
        return pool.getResource(name);
    }

    @Override
    public Enumeration<URL> findResources(String name) throws IOException {
        return pool.getResources(name);
    }
}

package modjvm.servlet;

import java.net.URL;
import java.net.URLClassLoader;
import modjvm.Application;

/**
 * What web applications see beside their own classes: the JDK, Tomcat with the Jakarta APIs, and the package {@code modjvm}; nothing
 * else of mod_jvm.
 */
final class SharedLoader extends URLClassLoader {
    private static final String PACKAGE = "modjvm.";

    static {
        registerAsParallelCapable();
    }

    /** @param bridge has Tomcat and this class */
    SharedLoader(ClassLoader bridge) {
        super("modjvm-servlet", new URL[0], bridge);
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
}

package modjvm.loading;

import modjvm.Application;

/**
 * The top of what applications see: the JDK and the package {@code modjvm}, and nothing else of the host. It hands out
 * the host's own {@link Application}, so that both sides mean the same type.
 */
final class ApiLoader extends ClassLoader {
    private static final String PACKAGE = "modjvm.";

    static {
        registerAsParallelCapable();
    }

    private final ClassLoader host = Application.class.getClassLoader();

    ApiLoader() {
        super("modjvm-api", ClassLoader.getPlatformClassLoader());
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        boolean isApi = name.startsWith(PACKAGE) && name.indexOf('.', PACKAGE.length()) < 0;
        return isApi ? host.loadClass(name) : super.loadClass(name, resolve);
    }
}

package modjvm.loading;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import modjvm.Application;

/**
 * The top of what applications see: the JDK, the package {@code modjvm} and what providers share,
 * and nothing else of the host. It hands out the host's own {@link Application}, and the providers'
 * own types, so that both sides mean the same.
 */
final class ApiLoader extends ClassLoader {
    private static final String PACKAGE = "modjvm.";

    static {
        registerAsParallelCapable();
    }

    private final ClassLoader host = Application.class.getClassLoader();
    /** Packages and classes, and whose are handed out. */
    private final Map<String, ClassLoader> shared;

    /** Shares the api alone. */
    ApiLoader() {
        this(Map.of());
    }

    private ApiLoader(Map<String, ClassLoader> shared) {
        super("modjvm-api", ClassLoader.getPlatformClassLoader());
        this.shared = shared;
    }

    /** Makes one that shares what providers share, too. */
    static ApiLoader with(List<Providers.Provided> providers) {
        Map<String, ClassLoader> shared = new LinkedHashMap<>();
        for (Providers.Provided each : providers) {
            for (String name : each.provider().sharedPackages()) {
                shared.put(name, each.loader());
            }
        }
        return new ApiLoader(shared);
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        boolean isApi = name.startsWith(PACKAGE) && name.indexOf('.', PACKAGE.length()) < 0;
        if (isApi) {
            return host.loadClass(name);
        }
        for (Map.Entry<String, ClassLoader> each : shared.entrySet()) {
            if (isBelow(name, each.getKey())) {
                return each.getValue().loadClass(name);
            }
        }
        return super.loadClass(name, resolve);
    }

    /** Whether a class is the shared one, is nested in it, or is in the shared package or below. */
    private static boolean isBelow(String name, String shared) {
        if (!name.startsWith(shared)) {
            return false;
        }
        char next = name.length() == shared.length() ? '.' : name.charAt(shared.length());
        return next == '.' || next == '$';
    }
}

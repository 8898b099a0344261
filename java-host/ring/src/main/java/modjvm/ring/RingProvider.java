package modjvm.ring;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import modjvm.spi.ApplicationProvider;
import modjvm.spi.Deployment;
import modjvm.spi.DeploymentContext;
import modjvm.spi.LoadException;
import org.jspecify.annotations.Nullable;

/**
 * Makes applications of Ring handlers, which an entry point names as {@code namespace/function}.
 * Stateless.
 */
public final class RingProvider implements ApplicationProvider {
    private static final char SEPARATOR = '/';
    private static final String SOURCE = ".clj";
    private static final String ASYNC = "async";

    /** For ServiceLoader. */
    public RingProvider() {}

    /** No Java name has a slash. */
    @Override
    public boolean claims(DeploymentContext context) {
        return context.entryPoint().indexOf(SEPARATOR) >= 0;
    }

    @Override
    public Deployment deploy(DeploymentContext context) throws Exception {
        context.refuseOptionsBut(Set.of());
        String name = context.entryPoint();
        int separator = name.indexOf(SEPARATOR);
        if (separator == 0 || separator == name.length() - 1) {
            throw context.failed("\"" + name + "\" is no entry point; write JVMEntryPoint namespace/function");
        }
        boolean isAsync = isAsync(context);
        Path target = context.target();
        boolean isSource = target.toString().endsWith(SOURCE);
        @SuppressWarnings("resource") // as long as the process lives
        RingLoader loader = new RingLoader(context.loader(), isSource ? List.of() : List.of(target));
        ClassLoader before = Thread.currentThread().getContextClassLoader();
        Thread.currentThread().setContextClassLoader(loader);
        try {
            Clojure clojure = load(loader, context);
            @Nullable String file = isSource ? target.toString() : null;
            Object handler = clojure.find(name.substring(0, separator), name.substring(separator + 1), file);
            return new Deployment(new RingHandler(clojure, handler, isAsync, loader), List.of());
        } finally {
            Thread.currentThread().setContextClassLoader(before);
        }
    }

    private static boolean isAsync(DeploymentContext context) throws LoadException {
        String value = context.config().parameters().getOrDefault(ASYNC, "off");
        if (!value.equals("on") && !value.equals("off")) {
            throw context.failed("the parameter " + ASYNC + " is \"" + value + "\"; set it to on or off");
        }
        return value.equals("on");
    }

    private static Clojure load(RingLoader loader, DeploymentContext context) throws Exception {
        if (!Files.isReadable(context.target())) {
            throw context.failed("no such file or folder, or permission denied");
        }
        try {
            return Clojure.load(loader);
        } catch (ClassNotFoundException e) {
            throw context.failed(
                    "the entry point " + context.entryPoint() + " is a Ring handler, and there is no Clojure in the"
                            + " target; add org.clojure:clojure to it, or to the pool's class-path");
        } catch (IOException e) {
            throw new LoadException(context.target() + ": the bridge to Clojure cannot be read: " + e, e);
        }
    }
}

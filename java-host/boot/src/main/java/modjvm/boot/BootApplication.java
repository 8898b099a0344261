package modjvm.boot;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import modjvm.Header;
import modjvm.Headers;
import modjvm.spi.DeploymentContext;
import modjvm.spi.Exchange;
import modjvm.spi.Handler;
import modjvm.spi.LoadException;
import modjvm.spi.ResponseHead;
import org.jspecify.annotations.Nullable;

/**
 * A Spring Boot application that runs: its main method on a thread of its own, and its web server.
 * Thread-safe.
 */
final class BootApplication implements Handler, Link, AutoCloseable {
    private static final long STACK_BYTES = 4L << 20;
    private static final int MOST_CAUSES = 10;
    private static final int MOST_CHARS = 3_000;
    private static final int UNAVAILABLE = 503;
    private static final Headers RETRY = Headers.of(List.of(new Header("Retry-After", "1")));

    private final DeploymentContext context;
    private final String target;
    private final Map<String, Object> properties;
    /** Completed when requests can be served, or exceptionally. */
    private final CompletableFuture<Void> start = new CompletableFuture<>();

    /** What closes the application, the last context first; guarded by itself. */
    private final List<Runnable> contexts = new ArrayList<>();
    /** Null while there is no web server. */
    private volatile @Nullable Handler server;

    private volatile boolean isReady;
    private volatile boolean accepts = true;
    private volatile boolean isClosing;

    /** @param properties win over all others of the application */
    BootApplication(DeploymentContext context, Map<String, Object> properties) {
        this.context = context;
        this.target = context.target().toString();
        this.properties = Map.copyOf(properties);
    }

    /**
     * Runs the main method, and returns when the application accepts requests.
     *
     * @throws LoadException if it does not start; says why
     */
    void start(BootLoader loader, String mainClass, List<String> arguments) throws Exception {
        loader.loadClass("modjvm.boot.inside.Inside")
                .getMethod("connect", Link.class)
                .invoke(null, this);
        Method main = main(loader, mainClass);
        Thread thread = new Thread(null, () -> run(main, arguments.toArray(new String[0])), "main", STACK_BYTES);
        thread.setDaemon(true);
        thread.setContextClassLoader(loader);
        thread.start();
        try {
            start.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof LoadException failure) {
                throw failure;
            }
            if (e.getCause() instanceof VirtualMachineError error && !(error instanceof StackOverflowError)) {
                throw error;
            }
            throw failed(mainClass, Objects.requireNonNull(e.getCause()));
        }
    }

    private Method main(BootLoader loader, String mainClass) throws LoadException {
        try {
            Method main = Class.forName(mainClass, false, loader).getDeclaredMethod("main", String[].class);
            if (Modifier.isStatic(main.getModifiers())) {
                main.setAccessible(true);
                return main;
            }
        } catch (ClassNotFoundException e) {
            throw new LoadException(target + ": no class " + mainClass + "; correct JVMEntryPoint, or leave it out", e);
        } catch (NoSuchMethodException e) {
            // Said below.
        }
        throw context.failed("the class " + mainClass
                + " has no method static void main(String[]); correct JVMEntryPoint, or leave it out");
    }

    private void run(Method main, String[] arguments) {
        try {
            main.invoke(null, (Object) arguments);
            if (server == null) {
                start.completeExceptionally(context.failed(
                        "its main method has returned, and it has started no web server; a web application needs"
                                + " spring-boot-starter-web, and spring.main.web-application-type must not be none"));
            }
        } catch (InvocationTargetException e) {
            failed(Objects.requireNonNull(e.getCause()));
        } catch (IllegalAccessException e) {
            failed(e);
        }
    }

    private LoadException failed(String mainClass, Throwable thrown) {
        return new LoadException(
                target + ": " + mainClass + "::main does not start the application: " + reason(thrown), thrown);
    }

    /** What each of the causes says, on one line: in Spring, one in the middle often says most. */
    private static String reason(Throwable thrown) {
        StringBuilder reason = new StringBuilder();
        Throwable each = thrown;
        for (int i = 0; each != null && i < MOST_CAUSES; i++) {
            String next = each.toString().replaceAll("\\s+", " ");
            if (reason.indexOf(next) < 0) {
                reason.append(i == 0 ? "" : ": ").append(next);
            }
            each = each.getCause();
        }
        return reason.length() > MOST_CHARS ? reason.substring(0, MOST_CHARS) + "..." : reason.toString();
    }

    @Override
    public void handle(Exchange exchange) throws Exception {
        Handler serving = server;
        if (serving != null && accepts) {
            serving.handle(exchange);
        } else {
            exchange.respond(new ResponseHead(UNAVAILABLE, RETRY, 0)).end(Headers.empty());
        }
    }

    @Override
    public Map<String, Object> properties() {
        return properties;
    }

    @Override
    public void started(Handler started) {
        server = started;
    }

    @Override
    public void stopped() {
        server = null;
    }

    @Override
    public void ready(Runnable closing) {
        synchronized (contexts) {
            contexts.add(0, closing);
        }
        isReady |= server != null; // else it is one of several, and not the one with the web server
        completeIfReady();
    }

    @Override
    public void accepts(boolean now) {
        boolean before = accepts;
        accepts = now;
        if (start.isDone() && before != now && !isClosing) {
            context.log(target + (now ? ": accepts traffic again" : ": refuses traffic: its requests get 503"));
        }
        completeIfReady();
    }

    private void completeIfReady() {
        if (isReady && accepts) {
            start.complete(null);
        }
    }

    @Override
    public void failed(Throwable cause) {
        start.completeExceptionally(cause);
    }

    @Override
    public void close() {
        isClosing = true;
        List<Runnable> all;
        synchronized (contexts) {
            all = List.copyOf(contexts);
            contexts.clear();
        }
        all.forEach(Runnable::run);
    }
}

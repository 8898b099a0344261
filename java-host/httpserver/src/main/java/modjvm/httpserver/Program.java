package modjvm.httpserver;

import java.lang.invoke.MethodHandle;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import modjvm.spi.Deployment;
import modjvm.spi.DeploymentContext;
import modjvm.spi.Exchange;
import modjvm.spi.Handler;
import modjvm.spi.LoadException;
import modjvm.spi.MainMethod;
import org.jspecify.annotations.Nullable;

/** A program whose main method makes an HttpServer, which serves the mount. Thread-safe. */
final class Program implements Handler {
    private static final int UNAVAILABLE = 503;

    private final DeploymentContext context;
    /** Completes when a server has started, or when it is known that none will. */
    private final CompletableFuture<Boolean> start = new CompletableFuture<>();
    /** Null until the program makes one; written under the lock of this. */
    private volatile @Nullable ExchangeServer server;

    private Program(DeploymentContext context) {
        this.context = context;
    }

    /**
     * Runs a program, and waits until its server has started.
     *
     * @param main its main method
     * @throws LoadException if it ends without one
     * @throws Exception what it throws
     */
    static Deployment run(MethodHandle main, List<String> arguments, DeploymentContext context) throws Exception {
        Program program = new Program(context);
        ProgramServers servers = ProgramServers.install(context);
        if (!servers.add(context.loader(), program)) {
            throw context.failed("another program of the same application group has the entry point main; give each a"
                    + " JVMApplicationGroup of its own");
        }
        Thread thread = new Thread(() -> program.main(main, arguments), "main");
        thread.setContextClassLoader(context.loader());
        thread.setDaemon(true); // the process ends when the pool does
        thread.start();
        try {
            program.start.get();
        } catch (ExecutionException e) {
            servers.remove(context.loader());
            if (e.getCause() instanceof Exception thrown) {
                throw thrown;
            }
            if (e.getCause() instanceof Error thrown) {
                throw thrown;
            }
            throw e;
        }
        return new Deployment(program, List.of());
    }

    private void main(MethodHandle main, List<String> arguments) {
        try {
            MainMethod.run(main, arguments);
            if (server == null) {
                start.completeExceptionally(
                        context.failed("main has returned and made no com.sun.net.httpserver.HttpServer;"
                                + " call HttpServer.create in it, or correct JVMEntryPoint; a program with another"
                                + " server is told by argument= where to listen, at ${port} or ${socket}"));
            }
        } catch (Throwable t) {
            if (!start.completeExceptionally(t)) {
                t.printStackTrace(); // as a JVM does at the end of a thread
            }
        }
    }

    /** Makes the server of the mount; null if there is one, and it has not been stopped. */
    synchronized @Nullable ExchangeServer claim() {
        ExchangeServer before = server;
        if (before != null && !before.isStopped()) {
            return null;
        }
        ExchangeServer made = new ExchangeServer(() -> start.complete(true));
        server = made;
        return made;
    }

    void log(String what) {
        context.warn(context.target() + ": " + what);
    }

    @Override
    public void handle(Exchange exchange) throws Exception {
        ExchangeServer now = server;
        if (now == null) {
            exchange.fail(UNAVAILABLE, "the program has no HttpServer");
            return;
        }
        now.serve(exchange);
    }
}

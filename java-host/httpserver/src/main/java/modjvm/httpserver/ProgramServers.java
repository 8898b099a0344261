package modjvm.httpserver;

import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsServer;
import com.sun.net.httpserver.spi.HttpServerProvider;
import java.io.IOException;
import java.lang.reflect.Field;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import modjvm.spi.DeploymentContext;
import modjvm.spi.LoadException;
import org.jspecify.annotations.Nullable;

/**
 * Makes the servers of programs that are mounted, which are told by the context class loader of the
 * thread that asks; for all others, the provider that was there before makes them. Thread-safe.
 */
final class ProgramServers extends HttpServerProvider {
    private static final String FIELD = "provider";

    private final HttpServerProvider others;
    private final Map<ClassLoader, Program> programs = new ConcurrentHashMap<>();

    private ProgramServers(HttpServerProvider others) {
        this.others = others;
    }

    /**
     * Makes it the JDK's provider, unless it is. The JDK asks for one once, by a name that its own
     * class loader must know; so it is put where the JDK keeps the answer.
     *
     * @throws LoadException if this JDK keeps it elsewhere
     */
    static synchronized ProgramServers install(DeploymentContext context) throws LoadException {
        HttpServerProvider now = HttpServerProvider.provider();
        if (now instanceof ProgramServers installed) {
            return installed;
        }
        ProgramServers made = new ProgramServers(now);
        try {
            Field field = HttpServerProvider.class.getDeclaredField(FIELD);
            field.setAccessible(true);
            field.set(null, made);
        } catch (ReflectiveOperationException | RuntimeException e) {
            LoadException failure = context.failed("this JDK does not let its provider of HTTP servers be replaced: "
                    + e + "; make the HttpHandler an entry point instead of main");
            failure.initCause(e);
            throw failure;
        }
        return made;
    }

    /** Whether a program could be added: those of one class loader cannot be told apart. */
    boolean add(ClassLoader loader, Program program) {
        return programs.putIfAbsent(loader, program) == null;
    }

    void remove(ClassLoader loader) {
        programs.remove(loader);
    }

    @Override
    public HttpServer createHttpServer(@Nullable InetSocketAddress address, int backlog) throws IOException {
        Program program = caller();
        ExchangeServer server = program == null ? null : program.claim();
        if (server == null) {
            if (program != null) {
                program.log("its second HttpServer listens on " + address + " itself: httpd serves the first alone");
            }
            return others.createHttpServer(address, backlog);
        }
        if (address != null) {
            server.bind(address, backlog);
        }
        return server;
    }

    @Override
    public HttpsServer createHttpsServer(@Nullable InetSocketAddress address, int backlog) throws IOException {
        Program program = caller();
        if (program != null) {
            program.log("its HttpsServer listens on " + address
                    + " itself: httpd does TLS, and serves an HttpServer alone");
        }
        return others.createHttpsServer(address, backlog);
    }

    private @Nullable Program caller() {
        ClassLoader loader = Thread.currentThread().getContextClassLoader();
        while (loader != null) {
            Program program = programs.get(loader);
            if (program != null) {
                return program;
            }
            loader = loader.getParent();
        }
        return null;
    }
}

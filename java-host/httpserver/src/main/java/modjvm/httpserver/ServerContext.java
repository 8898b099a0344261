package modjvm.httpserver;

import com.sun.net.httpserver.Authenticator;
import com.sun.net.httpserver.Filter;
import com.sun.net.httpserver.HttpContext;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** A path of a server, and what serves it. Thread-safe. */
final class ServerContext extends HttpContext {
    private static final int SERVER_ERROR = 500;

    private final HttpServer server;
    private final String path;
    private final Map<String, Object> attributes;
    private final List<Filter> filters = new CopyOnWriteArrayList<>();
    // Volatile: a program may set them while requests are served.
    private volatile @Nullable HttpHandler handler;
    private volatile @Nullable Authenticator authenticator;

    ServerContext(HttpServer server, String path, Map<String, Object> attributes) {
        this.server = server;
        this.path = path;
        this.attributes = attributes;
    }

    /** Calls the authenticator, the filters and the handler. */
    void serve(ServedExchange exchange) throws IOException {
        HttpHandler last = handler;
        if (last == null) {
            exchange.fail(SERVER_ERROR, "the context " + path + " has no handler; call setHandler");
            return;
        }
        Authenticator first = authenticator;
        if (first == null || admit(first, exchange)) {
            new Filter.Chain(filters, last).doFilter(exchange);
        }
    }

    private static boolean admit(Authenticator authenticator, ServedExchange exchange) throws IOException {
        Authenticator.Result result = authenticator.authenticate(exchange);
        if (result instanceof Authenticator.Success success) {
            exchange.setPrincipal(success.getPrincipal());
            return true;
        }
        int status = result instanceof Authenticator.Retry retry
                ? retry.getResponseCode()
                : ((Authenticator.Failure) result).getResponseCode();
        exchange.sendResponseHeaders(status, -1);
        return false;
    }

    @Override
    public @Nullable HttpHandler getHandler() {
        return handler;
    }

    @Override
    public void setHandler(HttpHandler given) {
        Objects.requireNonNull(given, "handler");
        if (handler != null) {
            throw new IllegalArgumentException("the context " + path + " has a handler already");
        }
        handler = given;
    }

    @Override
    public String getPath() {
        return path;
    }

    @Override
    public HttpServer getServer() {
        return server;
    }

    @Override
    public Map<String, Object> getAttributes() {
        return attributes;
    }

    @Override
    public List<Filter> getFilters() {
        return filters;
    }

    @Override
    public @Nullable Authenticator setAuthenticator(@Nullable Authenticator given) {
        Authenticator before = authenticator;
        authenticator = given;
        return before;
    }

    @Override
    public @Nullable Authenticator getAuthenticator() {
        return authenticator;
    }
}

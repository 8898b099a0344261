package modjvm.httpserver;

import com.sun.net.httpserver.HttpContext;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import modjvm.Header;
import modjvm.Headers;
import modjvm.spi.Exchange;
import modjvm.spi.RawPath;
import modjvm.spi.ResponseHead;
import modjvm.spi.ResponseSink;
import org.jspecify.annotations.Nullable;

/** An HttpServer that listens nowhere: httpd brings the requests of its mount. Thread-safe. */
final class ExchangeServer extends HttpServer {
    private static final int NOT_FOUND = 404;
    private static final int UNAVAILABLE = 503;

    private enum State {
        NEW,
        STARTED,
        STOPPED
    }

    private final List<ServerContext> contexts = new CopyOnWriteArrayList<>();
    private final Runnable onStart;
    // Volatile: a program may set them while requests are served.
    private volatile @Nullable InetSocketAddress address;
    private volatile @Nullable Executor executor;
    private volatile State state = State.NEW;
    /** Exchanges that are being served; guarded by this. */
    private int active;

    /** A server that nobody starts. */
    ExchangeServer() {
        this(() -> {});
    }

    /** @param onStart is told when the server starts */
    ExchangeServer(Runnable onStart) {
        this.onStart = onStart;
    }

    boolean isStopped() {
        return state == State.STOPPED;
    }

    /**
     * Serves an exchange of the mount, whose path is not part of what the program sees, as behind
     * any proxy.
     */
    void serve(Exchange exchange) throws Exception {
        if (state != State.STARTED) {
            exchange.fail(UNAVAILABLE, "the program has stopped its HttpServer");
            return;
        }
        String below = RawPath.belowMount(exchange.head());
        String path = below.isEmpty() ? "/" : below;
        ServerContext context = find(path);
        if (context == null) {
            notFound(exchange);
            return;
        }
        changeActive(1);
        ServedExchange served = new ServedExchange(exchange, context, path, () -> changeActive(-1));
        boolean hasReturned = false;
        try {
            hasReturned = call(context, served);
            if (!hasReturned) {
                exchange.fail(UNAVAILABLE, "the executor of the program's HttpServer takes no more");
            }
        } finally {
            if (!hasReturned) {
                served.abandon();
            }
            Thread.interrupted(); // it would close the connection at the next read or write
        }
        served.leave();
    }

    /** False if the program's executor does not take it. */
    private boolean call(ServerContext context, ServedExchange served) throws IOException, InterruptedException {
        Executor other = executor;
        if (other == null) {
            context.serve(served);
            return true;
        }
        return HandedOver.run(other, () -> context.serve(served));
    }

    private synchronized void changeActive(int by) {
        active += by;
        notifyAll();
    }

    /**
     * The context with the longest path that the request's begins with, letter by letter, as in the
     * JDK.
     */
    private @Nullable ServerContext find(String path) {
        ServerContext found = null;
        for (ServerContext each : contexts) {
            boolean isLonger =
                    found == null || each.getPath().length() > found.getPath().length();
            if (isLonger && path.startsWith(each.getPath())) {
                found = each;
            }
        }
        return found;
    }

    private static void notFound(Exchange exchange) throws IOException {
        byte[] body = "<h1>404 Not Found</h1>No context found for request".getBytes(StandardCharsets.US_ASCII);
        Headers fields = Headers.of(List.of(new Header("Content-Type", "text/html")));
        ResponseSink sink = exchange.respond(new ResponseHead(NOT_FOUND, fields, body.length));
        sink.write(body);
        sink.end(Headers.empty());
    }

    @Override
    public synchronized void bind(InetSocketAddress given, int backlog) throws IOException {
        if (address != null) {
            throw new BindException("HttpServer already bound");
        }
        Objects.requireNonNull(given, "address");
        address = given;
    }

    @Override
    public synchronized void start() {
        if (address == null || state != State.NEW) {
            throw new IllegalStateException("server in wrong state");
        }
        state = State.STARTED;
        onStart.run();
    }

    @Override
    public void setExecutor(@Nullable Executor given) {
        if (state != State.NEW) {
            throw new IllegalStateException("server already started");
        }
        executor = given;
    }

    @Override
    public @Nullable Executor getExecutor() {
        return executor;
    }

    /** Takes no more requests, and waits for those that are being served. */
    @Override
    public synchronized void stop(int seconds) {
        if (seconds < 0) {
            throw new IllegalArgumentException("negative delay parameter");
        }
        state = State.STOPPED;
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        try {
            for (long left = until - System.nanoTime(); active > 0 && left > 0; left = until - System.nanoTime()) {
                TimeUnit.NANOSECONDS.timedWait(this, left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public HttpContext createContext(String path, HttpHandler handler) {
        Objects.requireNonNull(handler, "handler");
        ServerContext context = create(path);
        context.setHandler(handler);
        contexts.add(context);
        return context;
    }

    @Override
    public HttpContext createContext(String path) {
        ServerContext context = create(path);
        contexts.add(context);
        return context;
    }

    private ServerContext create(String path) {
        if (!path.startsWith("/")) {
            throw new IllegalArgumentException("Illegal value for path or protocol");
        }
        for (ServerContext each : contexts) {
            if (each.getPath().equals(path)) {
                throw new IllegalArgumentException("cannot add context to list");
            }
        }
        Map<String, Object> attributes = new ConcurrentHashMap<>();
        return new ServerContext(this, path, attributes);
    }

    @Override
    public void removeContext(String path) {
        if (!contexts.removeIf(each -> each.getPath().equals(path))) {
            throw new IllegalArgumentException("element not in list");
        }
    }

    @Override
    public void removeContext(HttpContext context) {
        if (!contexts.removeIf(each -> each == context)) {
            throw new IllegalArgumentException("wrong HttpContext type");
        }
    }

    /** What the program wanted to listen on; nothing does. */
    @Override
    public @Nullable InetSocketAddress getAddress() {
        return address;
    }
}

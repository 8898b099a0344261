package modjvm.httpserver;

import com.sun.net.httpserver.HttpHandler;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import modjvm.spi.Exchange;
import modjvm.spi.Handler;
import modjvm.spi.RawPath;

/**
 * Serves exchanges by an HttpHandler whose context is the mount. Thread-safe, if the handler is.
 */
final class MountedHandler implements Handler {
    private final HttpHandler handler;
    private final ExchangeServer server = new ExchangeServer();
    private final Map<String, Object> attributes = new ConcurrentHashMap<>();

    MountedHandler(HttpHandler handler) {
        this.handler = handler;
    }

    @Override
    public void handle(Exchange exchange) throws Exception {
        String mount = exchange.head().scriptName();
        // One for each request: a pattern of mounts lets clients choose among any number of paths.
        ServerContext context = new ServerContext(server, mount.isEmpty() ? "/" : mount, attributes);
        context.setHandler(handler);
        ServedExchange served = new ServedExchange(exchange, context, RawPath.whole(exchange.head()));
        try {
            context.serve(served);
        } finally {
            Thread.interrupted(); // it would close the connection at the next read or write
        }
        served.leave();
    }
}

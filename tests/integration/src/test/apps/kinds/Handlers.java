import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executors;

/** A handler, and a program as one would write it for {@code java Handlers.java}. */
public class Handlers {
    static final HttpHandler handler =
            exchange -> answer(exchange, exchange.getHttpContext().getPath() + " " + exchange.getRequestURI());

    public static void main(String[] args) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(8080), 0);
        server.createContext("/hello", exchange -> answer(exchange, String.join(" ", args) + " on " + Thread.currentThread().getName()));
        server.setExecutor(Executors.newFixedThreadPool(2, task -> new Thread(task, "worker")));
        server.start();
    }

    private static void answer(HttpExchange exchange, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(200, bytes.length);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(bytes);
        }
    }
}

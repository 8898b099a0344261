import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import modjvm.*;

/** Upgrades of every kind. The query says which. */
public class Sockets {
    private static final AtomicInteger OPEN = new AtomicInteger();
    private static final AtomicInteger INTERRUPTED = new AtomicInteger();
    private static final AtomicInteger FLOODS = new AtomicInteger();
    private static final AtomicInteger BROKEN = new AtomicInteger();

    static final Application application = Sockets::answer;

    private static Response answer(Request request) {
        return switch (request.query()) {
            case "echo" -> WebSocket.accept(request, Sockets::echo);
            case "chat" -> WebSocket.accept(request, WebSocketOptions.defaults().withSubprotocols("chat.2", "chat.1"), Sockets::echo);
            case "leave" -> WebSocket.accept(request, socket -> socket.close(4321, "enough"));
            case "fail" -> WebSocket.accept(request, socket -> {
                throw new IllegalStateException("failed on purpose");
            });
            case "die" -> WebSocket.accept(request, socket -> {
                socket.send("last words");
                Runtime.getRuntime().halt(9);
            });
            case "flood" -> WebSocket.accept(request, Sockets::flood);
            case "floods" -> Response.text(Integer.toString(FLOODS.get()));
            case "sleep" -> WebSocket.accept(request, socket -> sleep());
            case "unpinged" -> WebSocket.accept(request, WebSocketOptions.defaults().withPingInterval(Duration.ZERO), Sockets::echo);
            case "pinged" -> WebSocket.accept(request, WebSocketOptions.defaults().withPingInterval(Duration.ofMillis(300)), Sockets::echo);
            case "raw" -> Response.upgrade("raw/1", Sockets::copy);
            case "unasked" -> Response.upgrade("other/1", Sockets::copy);
            case "open" -> Response.text(Integer.toString(OPEN.get()));
            case "interrupted" -> Response.text(Integer.toString(INTERRUPTED.get()));
            case "broken" -> Response.text(Integer.toString(BROKEN.get()));
            case "pid" -> Response.text(Long.toString(ProcessHandle.current().pid()));
            default -> Response.status(404);
        };
    }

    private static void echo(WebSocket socket) throws IOException {
        OPEN.incrementAndGet();
        try {
            for (Optional<WebSocketMessage> next = socket.receive(); next.isPresent(); next = socket.receive()) {
                if (next.get() instanceof WebSocketMessage.Text text) {
                    socket.send(text.text());
                } else if (next.get() instanceof WebSocketMessage.Binary binary) {
                    socket.send(binary.bytes());
                }
            }
            if (socket.closeCode().orElse(0) == 1006) {
                BROKEN.incrementAndGet();
            }
        } finally {
            OPEN.decrementAndGet();
        }
    }

    private static void flood(WebSocket socket) throws IOException {
        FLOODS.incrementAndGet();
        try {
            byte[] piece = new byte[100_000];
            while (true) {
                socket.send(piece);
            }
        } finally {
            FLOODS.decrementAndGet();
        }
    }

    private static void sleep() throws InterruptedException {
        OPEN.incrementAndGet();
        try {
            Thread.sleep(60_000);
        } catch (InterruptedException e) {
            INTERRUPTED.incrementAndGet();
            throw e;
        } finally {
            OPEN.decrementAndGet();
        }
    }

    private static void copy(InputStream in, OutputStream out) throws IOException {
        byte[] buffer = new byte[8192];
        for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
            out.write(buffer, 0, count);
            out.flush();
        }
        out.write("end".getBytes());
    }
}

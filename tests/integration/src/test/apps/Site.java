import java.io.InputStream;
import java.util.Optional;
import modjvm.*;

/** A site of several kinds of requests. Tests write it anew with another VERSION. */
public class Site {
    private static final String VERSION = "1";

    static final Application application = Site::answer;

    private static Response answer(Request request) throws Exception {
        String[] question = request.query().split("=", 2);
        return switch (question[0]) {
            case "version" -> Response.text(VERSION);
            case "pid" -> Response.text(Long.toString(ProcessHandle.current().pid()));
            case "hold" -> {
                Thread.sleep(Long.parseLong(question[1]));
                yield Response.text(VERSION);
            }
            case "upload" -> Response.text(Long.toString(request.body().transferTo(java.io.OutputStream.nullOutputStream())));
            case "stream" -> Response.stream("text/plain", out -> {
                for (int i = 0; i < 20; i++) {
                    out.write("0123456789".repeat(500).getBytes());
                    out.flush();
                }
            });
            case "echo" -> WebSocket.accept(request, Site::echo);
            default -> Response.status(404);
        };
    }

    private static void echo(WebSocket socket) throws java.io.IOException {
        for (Optional<WebSocketMessage> next = socket.receive(); next.isPresent(); next = socket.receive()) {
            if (next.get() instanceof WebSocketMessage.Text text) {
                socket.send(text.text());
            }
        }
    }
}

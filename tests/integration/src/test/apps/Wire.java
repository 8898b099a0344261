import java.io.ByteArrayInputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import modjvm.*;

/** Uses what the wire offers beside requests and responses. The query says what. */
public class Wire {
    static final Application application = Wire::answer;

    private static Response answer(Request request) throws Exception {
        String[] question = request.query().split("=", 2);
        String argument = question.length == 2 ? question[1] : "";
        return switch (question[0]) {
            case "file" -> Response.file(Path.of(argument));
            case "part" -> Response.file(Path.of(argument), 2, 3);
            case "beyond" -> Response.file(Path.of(argument), 1, 1_000_000_000);
            case "below" -> Response.file(Path.of(argument), request.pathInfo());
            case "tagged" -> Response.file(Path.of(argument)).withHeader("ETag", "\"own\"").withHeader("Last-Modified", "Sat, 01 Jan 2000 00:00:00 GMT");
            case "missing" -> Response.file(Path.of(argument)).withStatus(404);
            case "hints" -> {
                request.sendInterim(103, Headers.of(List.of(new Header("Link", "</style.css>; rel=preload"))));
                request.sendInterim(102, Headers.empty());
                yield Response.text("page\n");
            }
            case "many" -> {
                for (int i = 0; i < 64; i++) {
                    request.sendInterim(102, Headers.empty());
                }
                try {
                    request.sendInterim(102, Headers.empty());
                    yield Response.text("no limit\n");
                } catch (IllegalStateException e) {
                    yield Response.text("limited\n");
                }
            }
            case "trailers" -> Response.stream("text/plain", out -> out.write("body\n".getBytes()))
                    .withTrailers(() -> Headers.of(List.of(new Header("X-Sum", "42"))));
            case "received" -> {
                int before = request.trailers().size();
                request.body().readAllBytes();
                yield Response.text(before + " " + request.trailers().first("X-Sum").orElse("none") + "\n");
            }
            case "input" -> Response.input("text/plain", new ByteArrayInputStream(argument.getBytes()));
            case "events" -> Response.events(events -> {
                events.send("first");
                request.body().readAllBytes();
                events.send("named", "two\nlines");
            });
            case "log" -> {
                System.out.println("printed " + argument);
                System.err.println("complained " + argument);
                System.out.print("unfinished " + argument);
                Logger logger = Logger.getLogger("shop.Orders");
                logger.log(Level.WARNING, "warned {0}", argument);
                logger.log(Level.SEVERE, "thrown " + argument, new IllegalStateException("inner " + argument));
                logger.fine("fine " + argument);
                System.getLogger("shop.System").log(System.Logger.Level.INFO, "informed " + argument);
                Thread other = new Thread(() -> System.out.println("elsewhere " + argument));
                other.start();
                other.join();
                yield Response.text("logged\n");
            }
            case "logstream" -> Response.stream("text/plain", out -> {
                byte[] piece = new byte[65_536];
                for (int i = 0; i < 400; i++) {
                    out.write(piece);
                    System.out.println("piece " + argument + " " + i);
                }
            });
            default -> Response.status(404);
        };
    }
}

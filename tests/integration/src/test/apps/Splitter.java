import java.util.List;
import modjvm.*;

/** Tries to say more in a response than one response. The query says how. */
public class Splitter {
    private static final String SECOND = "HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\ninjected";

    static final Application application = Splitter::answer;

    private static Response answer(Request request) throws Exception {
        String[] question = request.query().split("=", 2);
        Response plain = Response.text("plain\n");
        return switch (question[0]) {
            case "value" -> plain.withHeader("X-Own", decode(question[1]));
            case "name" -> plain.withHeader(decode(question[1]), "own");
            case "type" -> Response.bytes("plain\n".getBytes(), decode(question[1]));
            case "status" -> plain.withStatus(Integer.parseInt(question[1]));
            case "length" -> Response.stream("text/plain", out -> out.write(SECOND.getBytes())).withHeader("Content-Length", question[1]);
            case "coding" -> Response.stream("text/plain", out -> out.write(("0\r\n\r\n" + SECOND).getBytes()))
                    .withHeader("Transfer-Encoding", question[1]);
            case "connection" -> plain.withHeader("Connection", question[1]).withHeader("Keep-Alive", "timeout=1");
            case "empty" -> Response.bytes(SECOND.getBytes(), "text/plain").withStatus(Integer.parseInt(question[1]));
            case "trailer" -> Response.stream("text/plain", out -> out.write("plain\n".getBytes()))
                    .withTrailers(() -> Headers.of(List.of(new Header("X-Own", decode(question[1])))));
            case "interim" -> {
                request.sendInterim(103, Headers.of(List.of(new Header("Link", decode(question[1])))));
                yield plain;
            }
            case "unasked" -> Response.upgrade("own/1", (in, out) -> out.write(SECOND.getBytes()));
            default -> plain;
        };
    }

    private static String decode(String text) {
        return java.net.URLDecoder.decode(text, java.nio.charset.StandardCharsets.ISO_8859_1);
    }
}

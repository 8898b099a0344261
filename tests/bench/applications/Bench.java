import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Arrays;
import modjvm.Application;
import modjvm.Config;
import modjvm.Request;
import modjvm.Response;

/** The workloads as an application of mod_jvm. */
public class Bench {
    private static final int PIECE = 65536;
    private static final int PIECES = 160;
    private static final int HEADERS = 15;

    static Application application(Config config) {
        byte[] memory = filled(102_400);
        byte[] piece = filled(PIECE);
        Path file = Path.of(config.parameters().get("file"));
        return request -> switch (request.pathInfo()) {
            case "/memory" -> Response.bytes(memory, "text/plain");
            case "/stream" -> Response.stream("text/plain", out -> {
                for (int i = 0; i < PIECES; i++) {
                    out.write(piece);
                }
            });
            case "/file" -> Response.file(file);
            case "/length" -> Response.text(length(request) + "\n");
            case "/headers" -> withHeaders(request);
            case "/flushed" -> flushed();
            default -> Response.text("Hello, world\n");
        };
    }

    private static byte[] filled(int length) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte) 'x');
        return bytes;
    }

    private static long length(Request request) throws IOException {
        byte[] buffer = new byte[PIECE];
        long total = 0;
        InputStream body = request.body();
        for (int n = body.read(buffer); n >= 0; n = body.read(buffer)) {
            total += n;
        }
        return total;
    }

    private static Response withHeaders(Request request) {
        Response response = Response.text("Hello, world\n");
        if (request.headers().first("X-Request-19").isPresent()) {
            for (int i = 1; i <= HEADERS; i++) {
                response = response.withHeader("X-Response-" + i, "a value of some twenty bytes");
            }
        }
        return response;
    }

    private static Response flushed() {
        byte[] hello = "Hello, world\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        return Response.stream("text/plain", out -> {
                    out.write(hello);
                    out.flush();
                })
                .withHeader("Content-Length", "13");
    }
}

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The workloads as a servlet; /file is left to the container's own servlet for files. */
public class BenchServlet extends HttpServlet {
    private static final int PIECE = 65536;
    private static final int PIECES = 160;
    private static final int HEADERS = 15;

    private static final byte[] HELLO = "Hello, world\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] MEMORY = filled(102_400);
    private static final byte[] FILLED_PIECE = filled(PIECE);

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        response.setContentType("text/plain; charset=utf-8");
        switch (request.getServletPath()) {
            case "/memory" -> send(response, MEMORY);
            case "/stream" -> {
                OutputStream out = response.getOutputStream();
                for (int i = 0; i < PIECES; i++) {
                    out.write(FILLED_PIECE);
                }
            }
            case "/length" -> send(response, (length(request) + "\n").getBytes(StandardCharsets.US_ASCII));
            case "/headers" -> {
                if (request.getHeader("X-Request-19") != null) {
                    for (int i = 1; i <= HEADERS; i++) {
                        response.setHeader("X-Response-" + i, "a value of some twenty bytes");
                    }
                }
                send(response, HELLO);
            }
            default -> send(response, HELLO);
        }
    }

    private static byte[] filled(int length) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte) 'x');
        return bytes;
    }

    private static void send(HttpServletResponse response, byte[] body) throws IOException {
        response.setContentLength(body.length);
        response.getOutputStream().write(body);
    }

    private static long length(HttpServletRequest request) throws IOException {
        byte[] buffer = new byte[PIECE];
        long total = 0;
        InputStream body = request.getInputStream();
        for (int n = body.read(buffer); n >= 0; n = body.read(buffer)) {
            total += n;
        }
        return total;
    }
}

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;

/** The workloads as a JWSGI application. */
public class BenchJwsgi {
    private static final int PIECE = 65536;
    private static final int PIECES = 160;
    private static final int HEADERS = 15;

    private static final byte[] HELLO = "Hello, world\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] MEMORY = filled(102_400);
    private static final byte[] FILLED_PIECE = filled(PIECE);

    public static Object[] application(HashMap<String, Object> environ) throws IOException {
        HashMap<String, Object> headers = new HashMap<>();
        headers.put("Content-Type", "text/plain; charset=utf-8");
        Object body = HELLO;
        switch ((String) environ.get("PATH_INFO")) {
            case "/memory" -> body = MEMORY;
            case "/stream" -> body = Collections.nCopies(PIECES, FILLED_PIECE);
            case "/file" -> body = new File(System.getProperty("bench.file"));
            case "/length" -> body = (length((InputStream) environ.get("jwsgi.input")) + "\n").getBytes(StandardCharsets.US_ASCII);
            case "/headers" -> {
                if (environ.containsKey("HTTP_X_REQUEST_19")) {
                    for (int i = 1; i <= HEADERS; i++) {
                        headers.put("X-Response-" + i, "a value of some twenty bytes");
                    }
                }
            }
            default -> {}
        }
        if (body instanceof byte[]) {
            headers.put("Content-Length", Integer.toString(((byte[]) body).length));
        }
        return new Object[] {200, headers, body};
    }

    private static byte[] filled(int length) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte) 'x');
        return bytes;
    }

    private static long length(InputStream body) throws IOException {
        byte[] buffer = new byte[PIECE];
        long total = 0;
        for (int n = body.read(buffer); n > 0; n = body.read(buffer)) {
            total += n;
        }
        return total;
    }
}

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;

/**
 * Of the shapes that uWSGI's documentation has: an array, a list in place of the body, an upload,
 * the companion class.
 */
public class Jwsgi {
    public static Object[] application(HashMap env) {
        HashMap<String, Object> headers = new HashMap<>();
        headers.put("Content-Type", "text/plain; charset=utf-8");
        headers.put("X-Two", new String[] {"1", "2"});
        List<Object> body = new ArrayList<>();
        body.add(env.get("REQUEST_METHOD") + " " + env.get("SCRIPT_NAME") + " " + env.get("PATH_INFO") + "\n");
        body.add("grün".getBytes(StandardCharsets.UTF_8));
        return new Object[] {200, headers, body};
    }

    Object[] upload(HashMap<String, Object> env) throws IOException {
        uwsgi.RequestBody input = (uwsgi.RequestBody) env.get("jwsgi.input");
        byte[] line = new byte[100];
        int length = input.readLine(line);
        uwsgi.lock();
        try {
            return new Object[] {200, new HashMap<>(), new String(line, 0, length, StandardCharsets.UTF_8) + input.available()};
        } finally {
            uwsgi.unlock();
        }
    }

    public static Object[] broken(HashMap<String, Object> env) {
        return new Object[] {"200", new HashMap<>(), ""};
    }
}

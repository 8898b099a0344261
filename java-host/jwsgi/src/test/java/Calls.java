import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** A JWSGI application that calls uWSGI's companion class; like that, it has no package. */
public final class Calls {
    private Calls() {}

    public static Object[] read(HashMap<String, Object> env) throws IOException {
        uwsgi.RequestBody body = (uwsgi.RequestBody) env.get("jwsgi.input");
        StringBuilder seen = new StringBuilder();
        byte[] line = new byte[20];
        seen.append(body.available()).append('|').append(body.readLine(line)).append('|');
        seen.append(new String(line, 0, 4, StandardCharsets.UTF_8).strip()).append('|');
        seen.append((char) body.read()).append('|');
        body.seek(8);
        byte[] rest = new byte[20];
        int length = body.read(rest);
        seen.append(new String(rest, 0, length, StandardCharsets.UTF_8)).append('|');
        seen.append(body.read(rest))
                .append('|')
                .append(body.readLine(rest))
                .append('|')
                .append(body.available());
        try {
            body.seek(0);
        } catch (UnsupportedOperationException e) {
            seen.append('|').append(e.getMessage());
        }
        return new Object[] {200, new HashMap<String, String>(), seen.toString()};
    }

    public static Object[] companion(HashMap<String, Object> env) {
        uwsgi.register_rpc("join", args -> String.join("+", args));
        uwsgi.lock();
        uwsgi.unlock();
        uwsgi.alarm("disk", "full");
        return new Object[] {
            200L,
            Map.of(),
            uwsgi.rpc("", "join", "a", "b") + "|" + uwsgi.rpc("", "none") + "|" + uwsgi.rpc("join") + "|"
                    + (uwsgi.worker_id() == ProcessHandle.current().pid()) + "|" + uwsgi.opt
        };
    }

    public static Object[] unsupported(HashMap<String, Object> env) {
        return switch ((String) env.get("QUERY_STRING")) {
            case "cache_get" -> new Object[] {200, Map.of(), uwsgi.cache_get("key")};
            case "rpc" -> new Object[] {200, Map.of(), uwsgi.rpc("other:3031", "f")};
            case "lock" -> {
                uwsgi.lock(-1);
                yield new Object[3];
            }
            case "twice" -> {
                uwsgi.lock(7);
                try {
                    uwsgi.lock(7);
                } finally {
                    uwsgi.unlock(7);
                }
                yield new Object[3];
            }
            case "unlock" -> {
                uwsgi.unlock(8);
                yield new Object[3];
            }
            default -> {
                uwsgi.register_signal(17, "", signal -> {});
                yield new Object[3];
            }
        };
    }
}

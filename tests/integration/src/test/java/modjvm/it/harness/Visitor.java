package modjvm.it.harness;

import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Optional;

/**
 * A client with a session: it keeps its cookie, and knows how often it has been there. Asks
 * {@code web.Visits}. Not thread-safe.
 */
public final class Visitor {
    private final URI uri;
    private String cookie = "";
    private int visits;
    private String[] last = {};

    public Visitor(URI uri) {
        this.uri = uri;
    }

    /**
     * Returns {@link Clients#WELL} if this visit was counted, as the next one of the session;
     * otherwise what came instead.
     */
    public String visit() {
        HttpRequest.Builder request = Http.request(uri);
        if (!cookie.isEmpty()) {
            request.header("Cookie", cookie);
        }
        HttpResponse<String> response = Http.send(request.build());
        if (response.statusCode() != 200) {
            return "status " + response.statusCode();
        }
        Optional<String> renewed = response.headers().firstValue("Set-Cookie");
        renewed.ifPresent(value -> cookie = value.replaceAll(";.*", ""));
        last = response.body().split(" ");
        int expected = visits + 1;
        visits = Integer.parseInt(last[0]);
        return visits == expected ? Clients.WELL : "visit " + last[0] + " in place of " + expected;
    }

    /** How often it has been there, as the last answer said. */
    public int visits() {
        return visits;
    }

    /** Which process has answered last. */
    public int pid() {
        return Integer.parseInt(last[1]);
    }

    /** The session's id. */
    public String id() {
        return cookie.substring(cookie.indexOf('=') + 1);
    }

    /**
     * A path with the session's id, as the last answer had it; absent if the client was known to
     * keep cookies.
     */
    public Optional<String> path() {
        return last[2].contains(";") ? Optional.of(last[2]) : Optional.empty();
    }
}

package modjvm;

import static modjvm.LintRule.*;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** A request that has been checked, and whose body is checked while it is read. */
final class LintRequest implements Request {
    private static final int MAX_PORT = 65535;
    private static final int MIN_INTERIM = 102;
    private static final int MAX_INTERIM = 199;
    private static final List<String> INTERIM_FORBIDDEN = List.of(
            "Connection",
            "Content-Length",
            "Keep-Alive",
            "Proxy-Connection",
            "TE",
            "Trailer",
            "Transfer-Encoding",
            "Upgrade");

    private final Request request;
    /** As the server handed it out first: it must always be the same. */
    private final InputStream original;

    private final LintInput body;
    /** Volatile: a thread of the application's own may still hold the request. */
    private volatile boolean isAnswered;

    private LintRequest(Request request, InputStream original) {
        this.request = request;
        this.original = original;
        this.body = new LintInput(original, request.contentLength());
    }

    static LintRequest of(Request request) {
        REQUEST_METHOD.check(request.method() != null && Header.isToken(request.method()), "not a token");
        REQUEST_TARGET.check(isText(request.target()) && !request.target().isEmpty(), "empty, or not text");
        REQUEST_SCRIPT_NAME.check(isPath(request.scriptName()), "neither empty nor a path");
        REQUEST_SCRIPT_NAME.check(!request.scriptName().equals("/"), "\"/\", where a mount at / has \"\"");
        REQUEST_PATH_INFO.check(isPath(request.pathInfo()), "neither empty nor a path");
        REQUEST_QUERY.check(isText(request.query()), "not text");
        REQUEST_PROTOCOL.check(request.protocol() != null && request.protocol().startsWith("HTTP/"), "not HTTP/n");
        REQUEST_SCHEME.check(
                "http".equals(request.scheme()) || "https".equals(request.scheme()), "neither http nor https");
        checkHeaders(request.headers());
        REQUEST_CONTENT_LENGTH.check(
                request.contentLength() != null && request.contentLength().orElse(0) >= 0, "null, or below 0");
        REQUEST_BODY.check(request.body() != null, "null");
        REQUEST_REMOTE_USER.check(
                request.remoteUser() != null && !request.remoteUser().equals(Optional.of("")), "null, or empty");
        REQUEST_REMOTE_ADDRESS.check(isAddress(request.remoteAddress()), "not an address");
        REQUEST_REMOTE_PORT.check(
                request.remotePort() >= 0 && request.remotePort() <= MAX_PORT, "not between 0 and " + MAX_PORT);
        REQUEST_LOG_ID.check(isText(request.logId()), "not text");
        LintEnviron.check(request);
        return new LintRequest(request, request.body());
    }

    private static void checkHeaders(Headers headers) {
        REQUEST_HEADERS.check(headers != null, "null");
        for (String withheld : new String[] {"Proxy", "Proxy-Authorization"}) {
            REQUEST_HEADERS.check(!headers.contains(withheld), "a field " + withheld + ", which httpd withholds");
        }
    }

    private static boolean isText(String text) {
        return text != null && text.chars().noneMatch(c -> c < ' ' || c == 0x7f);
    }

    private static boolean isPath(String path) {
        return path != null && (path.isEmpty() || path.startsWith("/"));
    }

    static boolean isAddress(String address) {
        return address != null && address.matches("[0-9]+(\\.[0-9]+){3}|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*(%.+)?");
    }

    @Override
    public String method() {
        return request.method();
    }

    @Override
    public String target() {
        return request.target();
    }

    @Override
    public String scriptName() {
        return request.scriptName();
    }

    @Override
    public String pathInfo() {
        return request.pathInfo();
    }

    @Override
    public String query() {
        return request.query();
    }

    @Override
    public String protocol() {
        return request.protocol();
    }

    @Override
    public String scheme() {
        return request.scheme();
    }

    @Override
    public Headers headers() {
        return request.headers();
    }

    @Override
    public OptionalLong contentLength() {
        return request.contentLength();
    }

    @Override
    public InputStream body() {
        REQUEST_BODY.check(request.body() == original, "not the same stream as before");
        return body;
    }

    @Override
    public Headers trailers() {
        Headers trailers = request.trailers();
        REQUEST_TRAILERS.check(trailers != null, "null");
        REQUEST_TRAILERS.check(body.isAtEnd() || trailers.size() == 0, "there before the body's end");
        return trailers;
    }

    @Override
    public void sendInterim(int status, Headers headers) throws IOException {
        INTERIM_OPEN.check(!isAnswered, "sent after handle had returned");
        INTERIM_STATUS.check(status >= MIN_INTERIM && status <= MAX_INTERIM, "status " + status);
        for (String name : INTERIM_FORBIDDEN) {
            INTERIM_FRAMING.check(!headers.contains(name), name + " in an interim response");
        }
        request.sendInterim(status, headers);
    }

    /** {@code handle} has returned, or thrown. */
    void end() {
        isAnswered = true;
    }

    @Override
    public Optional<String> remoteUser() {
        return request.remoteUser();
    }

    @Override
    public String remoteAddress() {
        return request.remoteAddress();
    }

    @Override
    public int remotePort() {
        return request.remotePort();
    }

    @Override
    public String logId() {
        return request.logId();
    }

    @Override
    public Map<String, String> environ() {
        return request.environ();
    }
}

package modjvm;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;

/** A request that is in order, until a test changes something. */
final class StubRequest implements Request {
    String method = "POST";
    String target = "/shop/a%20b?x=1";
    String scriptName = "/shop";
    String pathInfo = "/a b";
    String query = "x=1";
    String protocol = "HTTP/1.1";
    String scheme = "https";
    Headers headers = Headers.of(List.of(
            new Header("Host", "example.org"),
            new Header("Cookie", "a=1"),
            new Header("Accept", "text/html"),
            new Header("cookie", "b=2"),
            new Header("accept", "*/*"),
            new Header("X_User", "not a variable"),
            new Header("Content-Type", "text/plain"),
            new Header("Content-Length", "5")));
    Headers trailers = Headers.empty();
    List<String> interims = new ArrayList<>();
    OptionalLong contentLength = OptionalLong.of(5);
    InputStream body = new ByteArrayInputStream(new byte[] {1, 2, 3, 4, (byte) 0xff});
    Supplier<InputStream> bodies = () -> body;
    Optional<String> remoteUser = Optional.of("alice");
    String remoteAddress = "192.0.2.1";
    int remotePort = 50000;
    String logId = "Z1";
    Map<String, String> variables = new HashMap<>(Map.ofEntries(
            Map.entry("GATEWAY_INTERFACE", "CGI/1.1"),
            Map.entry("REQUEST_METHOD", "POST"),
            Map.entry("REQUEST_URI", "/shop/a%20b?x=1"),
            Map.entry("REQUEST_SCHEME", "https"),
            Map.entry("SCRIPT_NAME", "/shop"),
            Map.entry("PATH_INFO", "/a b"),
            Map.entry("QUERY_STRING", "x=1"),
            Map.entry("SERVER_PROTOCOL", "HTTP/1.1"),
            Map.entry("SERVER_SOFTWARE", "Apache"),
            Map.entry("SERVER_NAME", "example.org"),
            Map.entry("SERVER_ADDR", "2001:db8::1"),
            Map.entry("SERVER_PORT", "443"),
            Map.entry("REMOTE_ADDR", "192.0.2.1"),
            Map.entry("REMOTE_PORT", "50000"),
            Map.entry("REMOTE_USER", "alice"),
            Map.entry("AUTH_TYPE", "Basic"),
            Map.entry("HTTP_HOST", "example.org"),
            Map.entry("HTTP_COOKIE", "a=1; b=2"),
            Map.entry("HTTP_ACCEPT", "text/html, */*"),
            Map.entry("CONTENT_TYPE", "text/plain"),
            Map.entry("CONTENT_LENGTH", "5"),
            Map.entry("HTTPS", "on")));
    Map<String, String> environ = Collections.unmodifiableMap(variables);

    /** A GET that is in order, with the fewest headers. */
    static StubRequest withoutBody() {
        StubRequest request = new StubRequest();
        request.method = "GET";
        request.headers = Headers.of(List.of(new Header("Host", "example.org")));
        request.contentLength = OptionalLong.empty();
        request.body = InputStream.nullInputStream();
        request.variables.put("REQUEST_METHOD", "GET");
        return request;
    }

    /** A request that opens a WebSocket: the example of RFC 6455, section 1.3. */
    static StubRequest forWebSocket() {
        StubRequest request = withoutBody();
        request.addWithVariable("Upgrade", "websocket");
        request.addWithVariable("Connection", "Upgrade");
        request.addWithVariable("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==");
        request.addWithVariable("Sec-WebSocket-Version", "13");
        return request;
    }

    private void addWithVariable(String name, String value) {
        addHeader(name, value);
        variables.put("HTTP_" + name.toUpperCase(Locale.ROOT).replace('-', '_'), value);
    }

    /** Adds a header and no variable for it. */
    void addHeader(String name, String value) {
        List<Header> list = new ArrayList<>();
        headers.forEach(list::add);
        list.add(new Header(name, value));
        headers = Headers.of(list);
    }

    @Override
    public String method() {
        return method;
    }

    @Override
    public String target() {
        return target;
    }

    @Override
    public String scriptName() {
        return scriptName;
    }

    @Override
    public String pathInfo() {
        return pathInfo;
    }

    @Override
    public String query() {
        return query;
    }

    @Override
    public String protocol() {
        return protocol;
    }

    @Override
    public String scheme() {
        return scheme;
    }

    @Override
    public Headers headers() {
        return headers;
    }

    @Override
    public OptionalLong contentLength() {
        return contentLength;
    }

    @Override
    public InputStream body() {
        return bodies.get();
    }

    @Override
    public Headers trailers() {
        return trailers;
    }

    @Override
    public void sendInterim(int status, Headers headers) {
        interims.add(status + " " + headers);
    }

    @Override
    public Optional<String> remoteUser() {
        return remoteUser;
    }

    @Override
    public String remoteAddress() {
        return remoteAddress;
    }

    @Override
    public int remotePort() {
        return remotePort;
    }

    @Override
    public String logId() {
        return logId;
    }

    @Override
    public Map<String, String> environ() {
        return environ;
    }
}

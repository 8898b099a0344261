package modjvm.spi;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.BiConsumer;
import modjvm.Header;
import modjvm.Headers;
import org.jspecify.annotations.Nullable;

/**
 * The head of a request that nobody has sent, and its body. Immutable; a GET of the local host
 * unless something else is said.
 */
public final class MemoryRequest implements RequestHead {
    private static final int PORT = 80;

    private final String method;
    private final String scriptName;
    private final String pathInfo;
    private final String query;
    private final Headers headers;
    private final Map<String, String> variables;
    private final byte @Nullable [] content;

    private MemoryRequest(
            String method,
            String scriptName,
            String pathInfo,
            String query,
            Headers headers,
            Map<String, String> variables,
            byte @Nullable [] content) {
        this.method = method;
        this.scriptName = scriptName;
        this.pathInfo = pathInfo;
        this.query = query;
        this.headers = headers;
        this.variables = variables;
        this.content = content;
    }

    /**
     * Makes a GET.
     *
     * @param scriptName the mount
     * @param pathInfo the path below it
     * @param query without its question mark; may be empty
     */
    public MemoryRequest(String scriptName, String pathInfo, String query) {
        this("GET", scriptName, pathInfo, query, Headers.of(List.of(new Header("Host", "localhost"))), Map.of(), null);
    }

    /**
     * Changes the method.
     *
     * @param other the new one
     * @return a copy
     */
    public MemoryRequest withMethod(String other) {
        return new MemoryRequest(other, scriptName, pathInfo, query, headers, variables, content);
    }

    /**
     * Adds a variable.
     *
     * @param name its name
     * @param value its value
     * @return a copy
     */
    public MemoryRequest withVariable(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(variables);
        more.put(name, value);
        return new MemoryRequest(method, scriptName, pathInfo, query, headers, Map.copyOf(more), content);
    }

    /**
     * Gives the request a body.
     *
     * @param bytes not copied
     * @return a copy
     */
    public MemoryRequest withBody(byte[] bytes) {
        return new MemoryRequest(method, scriptName, pathInfo, query, headers, variables, bytes);
    }

    /** The bytes of the body; none if there is no body. */
    byte[] content() {
        return content == null ? new byte[0] : content;
    }

    @Override
    public String method() {
        return method;
    }

    @Override
    public String target() {
        try {
            String path = new URI(null, null, scriptName + pathInfo, null).toASCIIString();
            return query.isEmpty() ? path : path + "?" + query;
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e); // such as a path that begins with two slashes
        }
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
        return "HTTP/1.1";
    }

    @Override
    public String scheme() {
        return "http";
    }

    @Override
    public Headers headers() {
        return headers;
    }

    @Override
    public void fields(BiConsumer<String, String> visitor) {
        for (Header header : headers) {
            visitor.accept(header.name(), header.value());
        }
    }

    @Override
    public void variables(BiConsumer<String, String> visitor) {
        variables.forEach(visitor);
    }

    @Override
    public boolean hasBody() {
        return content != null;
    }

    @Override
    public OptionalLong contentLength() {
        return content == null ? OptionalLong.empty() : OptionalLong.of(content.length);
    }

    @Override
    public String serverName() {
        return "localhost";
    }

    @Override
    public String serverAddress() {
        return "127.0.0.1";
    }

    @Override
    public int serverPort() {
        return PORT;
    }

    @Override
    public String clientAddress() {
        return "127.0.0.1";
    }

    @Override
    public int clientPort() {
        return 0;
    }

    @Override
    public String user() {
        return "";
    }

    @Override
    public String authType() {
        return "";
    }

    @Override
    public String logId() {
        return "";
    }
}

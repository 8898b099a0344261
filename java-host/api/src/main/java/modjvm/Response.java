package modjvm;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * A response: status, headers, body. Immutable; the {@code with} methods return a changed copy.
 *
 * <p>The host sends a Content-Length for every body whose length is known. A Content-Length header set here promises the
 * length of a stream, and is enforced.
 */
public final class Response {
    private static final String CONTENT_TYPE = "Content-Type";
    private static final int SWITCHING_PROTOCOLS = 101;
    private static final int OK = 200;
    private static final int SEE_OTHER = 303;
    private static final int MIN_STATUS = 200;
    private static final int MAX_STATUS = 599;

    private final int status;
    private final Headers headers;
    private final Body body;

    private Response(int status, Headers headers, Body body) {
        this.status = status;
        this.headers = headers;
        this.body = body;
    }

    /**
     * Plain text, 200, in UTF-8.
     *
     * @param text the body
     * @return a response of type {@code text/plain; charset=utf-8}
     */
    public static Response text(String text) {
        return encoded(text, "text/plain; charset=utf-8");
    }

    /**
     * A page, 200, in UTF-8.
     *
     * @param page the body
     * @return a response of type {@code text/html; charset=utf-8}
     */
    public static Response html(String page) {
        return encoded(page, "text/html; charset=utf-8");
    }

    /**
     * JSON, 200, in UTF-8.
     *
     * @param json the body, JSON already
     * @return a response of type {@code application/json}
     */
    public static Response json(String json) {
        return encoded(json, "application/json");
    }

    /**
     * Sends the client elsewhere, by GET: 303 See Other, with an empty body. What a POST is best answered with.
     *
     * @param location a URL, or a path on this server; not encoded here
     * @return a response with that Location
     * @throws IllegalArgumentException if the location cannot stand in a header
     */
    public static Response redirect(String location) {
        return status(SEE_OTHER).withHeader("Location", location);
    }

    /**
     * Bytes, 200.
     *
     * @param bytes the body; not copied, so they must not change until the response has been sent
     * @param contentType its media type
     * @return a response of that type
     * @throws IllegalArgumentException if the type cannot stand in a header
     */
    public static Response bytes(byte[] bytes, String contentType) {
        return typed(contentType, new Body.Bytes(bytes));
    }

    /**
     * A file, 200; its type goes by its extension. The host opens it before the headers go: if it is missing the client
     * is told 404, if it may not be read 403.
     *
     * @param path the file; a relative one starts from the pool's home
     * @return a response with the file's type, {@code application/octet-stream} if its extension is not known
     */
    public static Response file(Path path) {
        Objects.requireNonNull(path, "path");
        return typed(MediaTypes.of(path), new Body.File(path));
    }

    /**
     * A body that is written bit by bit, 200. It is sent without a length, unless a Content-Length header promises one.
     *
     * @param contentType its media type
     * @param writer writes it; not called for HEAD
     * @return a response of that type
     * @throws IllegalArgumentException if the type cannot stand in a header
     */
    public static Response stream(String contentType, BodyWriter writer) {
        return typed(contentType, new Body.Stream(writer));
    }

    /**
     * An empty body, no headers.
     *
     * @param status 200 to 599
     * @return a response of that status
     * @throws IllegalArgumentException if the status is outside the range
     */
    public static Response status(int status) {
        return new Response(checked(status), Headers.empty(), new Body.Empty());
    }

    /**
     * Changes to another protocol: 101 Switching Protocols, after which the connection is the handler's. Only for a
     * request that has no body and whose Upgrade header names the protocol;
     * {@link WebSocket#accept(Request, WebSocketHandler)} sees to that.
     *
     * @param protocol the protocol's name, and version if it has one: {@code websocket}, {@code example/2}
     * @param handler speaks it
     * @return a response with that Upgrade header; its status cannot be changed, nor its body to another kind
     * @throws IllegalArgumentException if the protocol is neither a token nor two with a slash between them
     */
    public static Response upgrade(String protocol, UpgradeHandler handler) {
        Body body = new Body.Upgrade(handler);
        int slash = protocol.indexOf('/');
        boolean isName = slash < 0
                ? Header.isToken(protocol)
                : Header.isToken(protocol.substring(0, slash)) && Header.isToken(protocol.substring(slash + 1));
        if (!isName) {
            throw new IllegalArgumentException("an upgrade's protocol is not NAME nor NAME/VERSION");
        }
        return new Response(SWITCHING_PROTOCOLS, Headers.of(List.of(new Header("Upgrade", protocol))), body);
    }

    private static Response encoded(String text, String contentType) {
        return bytes(text.getBytes(StandardCharsets.UTF_8), contentType);
    }

    private static Response typed(String contentType, Body body) {
        return new Response(OK, Headers.of(List.of(new Header(CONTENT_TYPE, contentType))), body);
    }

    /**
     * Another status.
     *
     * @param newStatus 200 to 599
     * @return a copy with that status
     * @throws IllegalArgumentException if the status is outside the range
     * @throws IllegalStateException if this is an upgrade, which has no other status
     */
    public Response withStatus(int newStatus) {
        if (status == SWITCHING_PROTOCOLS) {
            throw new IllegalStateException("an upgrade has no other status than " + status);
        }
        return new Response(checked(newStatus), headers, body);
    }

    /**
     * One more header. Those of the same name stay, except that Content-Type and Content-Length stand once: the new
     * value takes the place of the old.
     *
     * @param name a token
     * @param value characters up to U+00FF, no control character but the tab
     * @return a copy with that header
     * @throws IllegalArgumentException if name or value would be no header (see {@link Header})
     */
    public Response withHeader(String name, String value) {
        Header header = new Header(name, value);
        boolean isSingle = name.equalsIgnoreCase(CONTENT_TYPE) || name.equalsIgnoreCase("Content-Length");
        List<Header> list = new ArrayList<>(headers.size() + 1);
        for (Header old : headers) {
            if (!isSingle || !old.name().equalsIgnoreCase(name)) {
                list.add(old);
            }
        }
        list.add(header);
        return new Response(status, Headers.of(list), body);
    }

    /**
     * Another body.
     *
     * @param newBody the body
     * @return a copy with that body; the headers stay, Content-Type included
     * @throws IllegalArgumentException if one of the two bodies is an upgrade and the other is not
     */
    public Response withBody(Body newBody) {
        Objects.requireNonNull(newBody, "body");
        if (newBody instanceof Body.Upgrade != body instanceof Body.Upgrade) {
            throw new IllegalArgumentException("status " + status + " with a body of the kind "
                    + newBody.getClass().getSimpleName());
        }
        return new Response(status, headers, newBody);
    }

    /**
     * The status.
     *
     * @return 200 to 599, or 101 for an upgrade
     */
    public int status() {
        return status;
    }

    /**
     * The headers, in the order in which they were set.
     *
     * @return the headers
     */
    public Headers headers() {
        return headers;
    }

    /**
     * The body.
     *
     * @return the body
     */
    public Body body() {
        return body;
    }

    @Override
    public String toString() {
        return "Response[" + status + ", " + headers + ", " + body.getClass().getSimpleName() + "]";
    }

    private static int checked(int status) {
        if (status < MIN_STATUS || status > MAX_STATUS) {
            throw new IllegalArgumentException(
                    "status " + status + " is not between " + MIN_STATUS + " and " + MAX_STATUS);
        }
        return status;
    }
}

package modjvm;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.function.Supplier;

/**
 * A response: status, headers, body. Immutable; the {@code with} methods return a changed copy.
 *
 * <p>The host sends a Content-Length for every body whose length is known. A Content-Length header
 * set here promises the length of a stream, and is enforced.
 */
public final class Response {
    private static final String CONTENT_TYPE = "Content-Type";
    private static final int SWITCHING_PROTOCOLS = 101;
    private static final int OK = 200;
    private static final int SEE_OTHER = 303;
    private static final int MIN_STATUS = 200;
    private static final int MAX_STATUS = 599;
    private static final Supplier<Headers> NO_TRAILERS = Headers::empty;

    private final int status;
    private final Headers headers;
    private final Body body;
    private final Supplier<Headers> trailers;

    private Response(int status, Headers headers, Body body) {
        this(status, headers, body, NO_TRAILERS);
    }

    private Response(int status, Headers headers, Body body, Supplier<Headers> trailers) {
        this.status = status;
        this.headers = headers;
        this.body = body;
        this.trailers = trailers;
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
     * Sends the client elsewhere, by GET: 303 See Other, with an empty body. What a POST is best
     * answered with.
     *
     * @param location a URL, or a path on this server. What cannot stand in a URL is encoded
     *     (UTF-8, {@code %C3%BC}): spaces, quotes and what is not ASCII; what is encoded already
     *     stays
     * @return a response with that Location
     * @throws IllegalArgumentException if the location holds a control character or half of a
     *     surrogate pair
     */
    public static Response redirect(String location) {
        return status(SEE_OTHER).withHeader("Location", Location.encode(location));
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
     * A file, 200; its type goes by its extension. The host opens it before the headers go: if it
     * is missing the client is told 404, if it may not be read 403.
     *
     * @param path the file; a relative one starts from the pool's home
     * @return a response with the file's type, {@code application/octet-stream} if its extension is
     *     not known
     */
    public static Response file(Path path) {
        Objects.requireNonNull(path, "path");
        return typed(MediaTypes.of(path.toString()), new Body.File(path));
    }

    /**
     * A part of a file, 200; its type goes by its extension. For ranges that clients ask for, none
     * of this is needed: httpd answers them of a whole file.
     *
     * @param path the file; a relative one starts from the pool's home
     * @param offset where the part begins, in bytes
     * @param length of the part; if the file ends before, the client is told 500
     * @return a response with the file's type, {@code application/octet-stream} if its extension is
     *     not known
     * @throws IllegalArgumentException if offset or length are negative, or together more than a
     *     long holds
     */
    public static Response file(Path path, long offset, long length) {
        Objects.requireNonNull(path, "path");
        return typed(MediaTypes.of(path.toString()), new Body.File(path, offset, OptionalLong.of(length)));
    }

    /**
     * A file below a folder, 200, by a path that comes from a client, such as
     * {@link Request#pathInfo}; its type goes by its extension. The client is told 404 where there
     * is no such file, where the path is a folder's, holds an empty part, {@code .}, {@code ..} or
     * a NUL, or starts with more than one slash, and where a part of it is a symbolic link; 403
     * where the file may not be read. The folder itself may be behind a link.
     *
     * @param folder the folder; a relative one starts from the pool's home
     * @param path of the file, from the folder on, with or without a slash in front
     * @return a response with the file's type, {@code application/octet-stream} if its extension is
     *     not known
     */
    public static Response file(Path folder, String path) {
        Body body = new Body.FileBelow(folder, path);
        return typed(MediaTypes.of(path), body);
    }

    /**
     * A body that is written bit by bit, 200. It is sent without a length, unless a Content-Length
     * header promises one.
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
     * A body that comes from elsewhere, 200: read to its end and closed by the host, whatever
     * becomes of the response.
     *
     * @param contentType its media type
     * @param input gives the body; not read for HEAD
     * @return a response of that type
     * @throws IllegalArgumentException if the type cannot stand in a header
     */
    public static Response input(String contentType, InputStream input) {
        return typed(contentType, new Body.Input(input));
    }

    /**
     * Events that a browser's {@code EventSource} receives one by one, 200. The response lasts as
     * long as the writer, and holds one of the pool's threads; it is best ended from time to time,
     * since the browser asks again by itself.
     *
     * @param writer sends the events; not called for HEAD
     * @return a response of type {@code text/event-stream} that no cache keeps
     */
    public static Response events(EventWriter writer) {
        Objects.requireNonNull(writer, "writer");
        return stream("text/event-stream", out -> writer.write(new EventStream(out)))
                .withHeader("Cache-Control", "no-cache");
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
     * Changes to another protocol: 101 Switching Protocols, after which the connection is the
     * handler's. Only for a request that has no body and whose Upgrade header names the protocol;
     * {@link WebSocket#accept(Request, WebSocketHandler)} sees to that.
     *
     * @param protocol the protocol's name, and version if it has one: {@code websocket},
     *     {@code example/2}
     * @param handler speaks it
     * @return a response with that Upgrade header; its status cannot be changed, nor its body to
     *     another kind
     * @throws IllegalArgumentException if the protocol is neither a token nor two with a slash
     *     between them
     */
    public static Response upgrade(String protocol, UpgradeHandler handler) {
        Body body = new Body.Upgrade(handler);
        int slash = protocol.indexOf('/');
        boolean isName = slash < 0
                ? Header.isToken(protocol)
                : Header.isToken(protocol.substring(0, slash)) && Header.isToken(protocol.substring(slash + 1));
        if (!isName) {
            throw new IllegalArgumentException("an upgrade's protocol is neither NAME nor NAME/VERSION");
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
        return new Response(checked(newStatus), headers, body, trailers);
    }

    /**
     * One more header. Those of the same name stay, except that Content-Type and Content-Length
     * stand once: the new value takes the place of the old.
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
        return new Response(status, Headers.of(list), body, trailers);
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
        return new Response(status, headers, newBody, trailers);
    }

    /**
     * Fields that follow the body, known only once it has been sent, such as a checksum of it.
     * Asked for once, in the thread that called {@link Application#handle}, after the body has been
     * written; not for a file, nor for HEAD, 204 and 304. httpd sends them to clients that speak
     * HTTP/2, and drops them for others.
     *
     * @param newTrailers gives the fields; what it throws breaks the response off.
     *     {@code IllegalArgumentException} is thrown of a field that would have to be known before
     *     the body: one about framing, routing, authentication, caching or the content (RFC 9110,
     *     section 6.5.1)
     * @return a copy with these trailers
     */
    public Response withTrailers(Supplier<Headers> newTrailers) {
        Objects.requireNonNull(newTrailers, "trailers");
        return new Response(status, headers, body, () -> Trailers.checked(newTrailers.get()));
    }

    /**
     * The trailers, to be asked for once, after the body.
     *
     * @return gives no fields unless {@link #withTrailers} was called
     */
    public Supplier<Headers> trailers() {
        return trailers;
    }

    /**
     * Whether there may be trailers.
     *
     * @return true if {@link #withTrailers} was called
     */
    public boolean hasTrailers() {
        return trailers != NO_TRAILERS;
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

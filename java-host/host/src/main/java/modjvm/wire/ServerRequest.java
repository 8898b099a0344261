package modjvm.wire;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import modjvm.Header;
import modjvm.Headers;
import modjvm.Request;
import modjvm.protocol.Frame;
import modjvm.protocol.RequestHead;
import org.jspecify.annotations.Nullable;

/** A request as the application sees it. Immutable but for its body, and for what is made at its first use. */
public final class ServerRequest implements Request {
    private final RequestHead head;
    private final InputStream body;
    /** Null where nobody has sent the request. */
    private final @Nullable RequestBody sent;

    private final @Nullable Interim interim;
    private final boolean hasBody;
    private final String scriptName;
    private final String pathInfo;
    private final String user;
    // Made at first use; all three are immutable, so that it does not matter if two threads make them.
    private @Nullable Headers headers;
    private @Nullable Map<String, String> environ;
    private @Nullable String method;

    /** @throws CharacterCodingException if a path or the user's name is not UTF-8 */
    ServerRequest(Frame.Request request, RequestBody body, Interim interim) throws CharacterCodingException {
        this(request, body, body, interim);
    }

    /**
     * Makes a request that nobody has sent: without a body, and its interim responses go nowhere.
     *
     * @throws CharacterCodingException if a path is not UTF-8
     */
    public ServerRequest(Frame.Request request) throws CharacterCodingException {
        this(request, InputStream.nullInputStream(), null, null);
    }

    private ServerRequest(
            Frame.Request request, InputStream body, @Nullable RequestBody sent, @Nullable Interim interim)
            throws CharacterCodingException {
        this.head = request.head();
        this.interim = interim;
        this.hasBody = request.hasBody();
        this.body = body;
        this.sent = sent;
        this.scriptName = head.scriptName();
        this.pathInfo = head.pathInfo();
        this.user = head.user();
    }

    @Override
    public String method() {
        String made = method;
        if (made == null) {
            made = head.method();
            method = made;
        }
        return made;
    }

    @Override
    public String target() {
        return head.target();
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
        return head.query();
    }

    @Override
    public String protocol() {
        return head.protocol();
    }

    @Override
    public String scheme() {
        return head.scheme();
    }

    @Override
    public Headers headers() {
        Headers made = headers;
        if (made == null) {
            List<Header> list = new ArrayList<>(head.headerCount());
            head.headers((name, value) -> list.add(new Header(name, withoutControls(value))));
            made = Headers.of(list);
            headers = made;
        }
        return made;
    }

    @Override
    public OptionalLong contentLength() {
        return hasBody && head.contentLength() != Frame.LENGTH_UNKNOWN
                ? OptionalLong.of(head.contentLength())
                : OptionalLong.empty();
    }

    @Override
    public InputStream body() {
        return body;
    }

    @Override
    public Headers trailers() {
        return sent == null ? Headers.empty() : sent.trailers();
    }

    @Override
    public void sendInterim(int status, Headers headers) throws IOException {
        if (interim != null) {
            interim.send(status, headers);
        }
    }

    @Override
    public Optional<String> remoteUser() {
        return user.isEmpty() ? Optional.empty() : Optional.of(user);
    }

    @Override
    public String remoteAddress() {
        return head.clientAddress();
    }

    @Override
    public int remotePort() {
        return head.clientPort();
    }

    @Override
    public String logId() {
        return head.logId();
    }

    @Override
    public Map<String, String> environ() {
        Map<String, String> made = environ;
        if (made == null) {
            made = Environ.of(this, head);
            environ = made;
        }
        return made;
    }

    /** httpd can be told to let control characters through, which a {@link Header} never holds: each becomes a space (RFC 9110, 5.5). */
    static String withoutControls(String value) {
        for (int i = 0; i < value.length(); i++) {
            if (isControl(value.charAt(i))) {
                StringBuilder clean = new StringBuilder(value);
                for (int at = i; at < clean.length(); at++) {
                    if (isControl(clean.charAt(at))) {
                        clean.setCharAt(at, ' ');
                    }
                }
                return clean.toString();
            }
        }
        return value;
    }

    private static boolean isControl(char c) {
        return c < ' ' && c != '\t' || c == 0x7f;
    }
}

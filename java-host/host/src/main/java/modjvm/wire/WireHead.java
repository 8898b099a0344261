package modjvm.wire;

import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.BiConsumer;
import modjvm.Header;
import modjvm.Headers;
import modjvm.protocol.Frame;
import modjvm.protocol.RequestHead;
import org.jspecify.annotations.Nullable;

/** The head of a request from httpd. Immutable but for what is made at its first use. */
final class WireHead implements modjvm.spi.RequestHead {
    private final RequestHead head;
    private final boolean hasBody;
    private final String scriptName;
    private final String pathInfo;
    private final String user;
    // Made at first use; both are immutable, so that it does not matter if two threads make them.
    private @Nullable Headers headers;
    private @Nullable String method;

    /**
     * Makes the head of a request.
     *
     * @throws CharacterCodingException if a path or the user's name is not UTF-8
     */
    WireHead(Frame.Request request) throws CharacterCodingException {
        this.head = request.head();
        this.hasBody = request.hasBody();
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
    public void fields(BiConsumer<String, String> visitor) {
        head.headers(visitor);
    }

    @Override
    public void variables(BiConsumer<String, String> visitor) {
        head.variables(visitor);
    }

    @Override
    public boolean hasBody() {
        return hasBody;
    }

    @Override
    public OptionalLong contentLength() {
        return hasBody && head.contentLength() != Frame.LENGTH_UNKNOWN
                ? OptionalLong.of(head.contentLength())
                : OptionalLong.empty();
    }

    @Override
    public String serverName() {
        return head.serverName();
    }

    @Override
    public String serverAddress() {
        return head.serverAddress();
    }

    @Override
    public int serverPort() {
        return head.serverPort();
    }

    @Override
    public String clientAddress() {
        return head.clientAddress();
    }

    @Override
    public int clientPort() {
        return head.clientPort();
    }

    @Override
    public String user() {
        return user;
    }

    @Override
    public String authType() {
        return head.authType();
    }

    @Override
    public String logId() {
        return head.logId();
    }

    /**
     * httpd can be told to let control characters through, which a {@link Header} never holds: each
     * becomes a space (RFC 9110, 5.5).
     */
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

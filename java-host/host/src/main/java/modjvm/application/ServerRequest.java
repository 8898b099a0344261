package modjvm.application;

import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import modjvm.Headers;
import modjvm.Request;
import modjvm.spi.Environ;
import modjvm.spi.Exchange;
import modjvm.spi.RequestHead;
import org.jspecify.annotations.Nullable;

/**
 * A request as the application sees it. Immutable but for its body, and for what is made at its
 * first use.
 */
final class ServerRequest implements Request {
    private final Exchange exchange;
    private final RequestHead head;
    // Made at first use; immutable, so that it does not matter if two threads make it.
    private @Nullable Map<String, String> environ;
    /** The application has answered. Volatile: it may use threads of its own. */
    private volatile boolean isClosed;

    ServerRequest(Exchange exchange) {
        this.exchange = exchange;
        this.head = exchange.head();
    }

    /** The application has answered: no interim response comes after that. */
    void close() {
        isClosed = true;
    }

    @Override
    public String method() {
        return head.method();
    }

    @Override
    public String target() {
        return head.target();
    }

    @Override
    public String scriptName() {
        return head.scriptName();
    }

    @Override
    public String pathInfo() {
        return head.pathInfo();
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
        return head.headers();
    }

    @Override
    public OptionalLong contentLength() {
        return head.contentLength();
    }

    @Override
    public InputStream body() {
        return exchange.body();
    }

    @Override
    public Headers trailers() {
        return exchange.body().trailers();
    }

    @Override
    public void sendInterim(int status, Headers headers) throws IOException {
        if (isClosed) {
            throw new IllegalStateException("an interim response after handle has returned");
        }
        exchange.inform(status, headers);
    }

    @Override
    public Optional<String> remoteUser() {
        String user = head.user();
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
            made = Environ.of(head);
            environ = made;
        }
        return made;
    }
}

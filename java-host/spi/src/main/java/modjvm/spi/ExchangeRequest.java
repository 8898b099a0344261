package modjvm.spi;

import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import modjvm.Headers;
import modjvm.Request;
import org.jspecify.annotations.Nullable;

/**
 * An exchange's request as the api has it. Immutable but for its body, and for what is made at its
 * first use.
 */
public class ExchangeRequest implements Request {
    private final Exchange exchange;
    private final RequestHead head;
    // Made at first use; immutable, so that it does not matter if two threads make it.
    private @Nullable Map<String, String> environ;

    /**
     * Makes the request.
     *
     * @param exchange what it is the request of
     */
    public ExchangeRequest(Exchange exchange) {
        this.exchange = exchange;
        this.head = exchange.head();
    }

    @Override
    public final String method() {
        return head.method();
    }

    @Override
    public final String target() {
        return head.target();
    }

    @Override
    public final String scriptName() {
        return head.scriptName();
    }

    @Override
    public final String pathInfo() {
        return head.pathInfo();
    }

    @Override
    public final String query() {
        return head.query();
    }

    @Override
    public final String protocol() {
        return head.protocol();
    }

    @Override
    public final String scheme() {
        return head.scheme();
    }

    @Override
    public final Headers headers() {
        return head.headers();
    }

    @Override
    public final OptionalLong contentLength() {
        return head.contentLength();
    }

    @Override
    public final InputStream body() {
        return exchange.body();
    }

    @Override
    public final Headers trailers() {
        return exchange.body().trailers();
    }

    @Override
    public void sendInterim(int status, Headers headers) throws IOException {
        exchange.inform(status, headers);
    }

    @Override
    public final Optional<String> remoteUser() {
        String user = head.user();
        return user.isEmpty() ? Optional.empty() : Optional.of(user);
    }

    @Override
    public final String remoteAddress() {
        return head.clientAddress();
    }

    @Override
    public final int remotePort() {
        return head.clientPort();
    }

    @Override
    public final String logId() {
        return head.logId();
    }

    @Override
    public final Map<String, String> environ() {
        Map<String, String> made = environ;
        if (made == null) {
            made = Environ.of(head);
            environ = made;
        }
        return made;
    }
}

package modjvm.ring;

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

/** A request that asks for a WebSocket, as the api wants to see it. Immutable. */
final class UpgradeRequest implements Request {
    private final Exchange exchange;
    private final RequestHead head;

    UpgradeRequest(Exchange exchange) {
        this.exchange = exchange;
        this.head = exchange.head();
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
        exchange.inform(status, headers);
    }

    @Override
    public Optional<String> remoteUser() {
        return head.user().isEmpty() ? Optional.empty() : Optional.of(head.user());
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
        return Environ.of(head);
    }
}

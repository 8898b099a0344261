package modjvm.application;

import java.io.IOException;
import modjvm.Headers;
import modjvm.spi.Exchange;
import modjvm.spi.ExchangeRequest;

/** A request as the application sees it, until it has answered. */
final class ServerRequest extends ExchangeRequest {
    /** The application has answered. Volatile: it may use threads of its own. */
    private volatile boolean isClosed;

    ServerRequest(Exchange exchange) {
        super(exchange);
    }

    /** The application has answered: no interim response comes after that. */
    void close() {
        isClosed = true;
    }

    @Override
    public void sendInterim(int status, Headers headers) throws IOException {
        if (isClosed) {
            throw new IllegalStateException("an interim response after handle has returned");
        }
        super.sendInterim(status, headers);
    }
}

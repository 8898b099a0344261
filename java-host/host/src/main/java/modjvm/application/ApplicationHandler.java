package modjvm.application;

import modjvm.Application;
import modjvm.Response;
import modjvm.spi.Exchange;
import modjvm.spi.Handler;
import modjvm.spi.InvalidResponseException;

/** Serves exchanges by an {@link Application}. Thread-safe, as applications are. */
public final class ApplicationHandler implements Handler {
    private static final int SERVER_ERROR = 500;

    private final Application application;

    /** Makes the handler of one application. */
    public ApplicationHandler(Application application) {
        this.application = application;
    }

    @Override
    public void handle(Exchange exchange) throws Exception {
        ServerRequest request = new ServerRequest(exchange);
        Response response;
        try {
            response = application.handle(request);
        } finally {
            request.close();
            // An interrupt that the application left behind would close the connection at the next
            // read or write.
            Thread.interrupted();
        }
        if (response == null) {
            exchange.fail(SERVER_ERROR, "the application returned null instead of a Response");
            return;
        }
        try {
            ResponseSender.send(response, exchange);
        } catch (InvalidResponseException e) {
            exchange.fail(SERVER_ERROR, "the application's response cannot be sent: " + e.getMessage());
        }
    }
}

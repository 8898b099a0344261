package modjvm.proxy;

import java.io.IOException;

/**
 * The server has closed a connection that waited for its next request, and the request can be sent
 * again on another.
 */
final class StaleConnectionException extends IOException {
    private static final long serialVersionUID = 1L;

    StaleConnectionException(Throwable cause) {
        super("the server has closed the connection", cause);
    }
}

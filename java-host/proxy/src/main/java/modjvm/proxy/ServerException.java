package modjvm.proxy;

import java.io.IOException;

/** The program's server cannot be reached, or what it sends is no HTTP. */
final class ServerException extends IOException {
    private static final long serialVersionUID = 1L;

    /** @param message one line, without the name of the program */
    ServerException(String message) {
        super(message);
    }

    ServerException(String message, Throwable cause) {
        super(message, cause);
    }
}

package modjvm.spi;

import java.io.IOException;

/**
 * A response that cannot be sent as it is: a field that is malformed or too long, for instance.
 * Nothing of it has left.
 */
public final class InvalidResponseException extends IOException {
    private static final long serialVersionUID = 1L;

    /**
     * Makes the exception.
     *
     * @param message what is wrong, on one line
     */
    public InvalidResponseException(String message) {
        super(message);
    }
}

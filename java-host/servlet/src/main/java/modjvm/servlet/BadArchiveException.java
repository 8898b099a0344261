package modjvm.servlet;

import java.io.IOException;

/** An archive that is not used. The message says why. */
final class BadArchiveException extends IOException {
    private static final long serialVersionUID = 1L;

    BadArchiveException(String message) {
        super(message);
    }
}

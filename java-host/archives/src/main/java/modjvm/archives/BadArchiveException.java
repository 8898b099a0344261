package modjvm.archives;

import java.io.IOException;

/** An archive that is not used. The message says why. */
public final class BadArchiveException extends IOException {
    private static final long serialVersionUID = 1L;

    BadArchiveException(String message) {
        super(message);
    }
}

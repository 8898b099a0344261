package modjvm.spi;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An application that cannot be had. The message is one line: it names the target, the place and
 * the mend.
 */
public final class LoadException extends Exception {
    private static final long serialVersionUID = 1L;

    private static final int BROKEN = 500;

    private final int status;
    private final String report;

    private LoadException(int status, String message, String report, @Nullable Throwable cause) {
        super(message, cause);
        this.status = status;
        this.report = Objects.requireNonNull(report, "report");
    }

    /**
     * Makes the exception of an application that is there and broken: status 500.
     *
     * @param message one line
     */
    public LoadException(String message) {
        this(BROKEN, message);
    }

    /**
     * Makes an exception with a status of its own.
     *
     * @param status what the client is told, 400 to 599
     * @param message one line
     */
    public LoadException(int status, String message) {
        this(status, message, message, null);
    }

    /**
     * Makes the exception of an application that is there and broken, with what has led to it.
     *
     * @param message one line
     * @param cause not part of the message
     */
    public LoadException(String message, Throwable cause) {
        this(BROKEN, message, message, cause);
    }

    /**
     * Makes an exception with a report of several lines for the log.
     *
     * @param message one line
     * @param report the message, and what else is known
     * @param cause not part of the message
     */
    public LoadException(String message, String report, @Nullable Throwable cause) {
        this(BROKEN, message, report, cause);
    }

    /**
     * Returns the status for the client.
     *
     * @return 400 to 599
     */
    public int status() {
        return status;
    }

    /**
     * Returns what the log gets when loading fails: the message, and what else is known.
     *
     * @return one line or several
     */
    public String report() {
        return report;
    }
}

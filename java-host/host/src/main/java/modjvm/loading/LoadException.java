package modjvm.loading;

/** An application that cannot be had. The message is one line: it names the target, the place and the mend. */
public final class LoadException extends Exception {
    private static final long serialVersionUID = 1L;

    private final int status;

    LoadException(int status, String message, Throwable cause) {
        super(message, cause);
        this.status = status;
    }

    /**
     * Makes the exception of an application that is there and broken: status 500.
     *
     * @param message one line
     */
    public LoadException(String message) {
        this(500, message);
    }

    /**
     * Makes an exception with a status of its own.
     *
     * @param status what the client is told, 400 to 599
     * @param message one line
     */
    public LoadException(int status, String message) {
        super(message);
        this.status = status;
    }

    /** Returns the status for the client, 400 to 599. */
    public int status() {
        return status;
    }
}

package modjvm.server;

/**
 * A daemon that cannot start as it is set up. The message is one line: it names the option and the
 * mend.
 */
public final class StartException extends Exception {
    private static final long serialVersionUID = 1L;

    public StartException(String message) {
        super(message);
    }
}

package modjvm.host;

/** A daemon that cannot start as it is set up. The message is one line: it names the option and the mend. */
final class StartException extends Exception {
    private static final long serialVersionUID = 1L;

    StartException(String message) {
        super(message);
    }
}

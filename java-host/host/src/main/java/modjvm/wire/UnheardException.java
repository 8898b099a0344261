package modjvm.wire;

/** A connection that is closed before anything of it is heard: it did not show the daemon's key. */
final class UnheardException extends Exception {
    private static final long serialVersionUID = 1L;

    /** @param message what it did instead */
    UnheardException(String message) {
        super(message);
    }
}

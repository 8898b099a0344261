package modjvm.record;

/** A record that is malformed. */
public final class RecordException extends Exception {
    private static final long serialVersionUID = 1L;

    RecordException(String message) {
        super(message);
    }
}

package modjvm.server;

/** The way to ask that another process takes this one's place. Thread-safe. */
public interface Replacement {
    /**
     * Asks for it; does not wait.
     *
     * @param reason its name, and what there is to say after a colon
     * @return false if nobody can take the request at once
     */
    boolean askReplacement(String reason);
}

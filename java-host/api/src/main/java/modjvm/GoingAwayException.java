package modjvm;

import java.io.IOException;

/**
 * The process is about to end, and the client sends no more through its tunnel; thrown by a read. What is written to
 * the client still reaches it, if that happens at once: a WebSocket says goodbye with the code 1001.
 */
public final class GoingAwayException extends IOException {
    private static final long serialVersionUID = 1L;

    /** Made by the host. */
    public GoingAwayException() {
        super("the process is about to end");
    }
}

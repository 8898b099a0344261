package modjvm;

import java.io.IOException;

/**
 * The tunnel is about to end, because the process is, or because nothing has come through it for
 * {@code tunnel-timeout}; thrown by a read. No more comes from the client. What is written to it
 * still reaches it, if that happens at once: a WebSocket says goodbye with the code 1001.
 */
public final class GoingAwayException extends IOException {
    private static final long serialVersionUID = 1L;

    /** Made by the host. */
    public GoingAwayException() {
        super("the tunnel is about to end");
    }
}

package modjvm;

import java.io.IOException;

/** Sends events: see {@link Response#events}. */
@FunctionalInterface
public interface EventWriter {
    /**
     * Sends all events. The host calls it once, in the thread that called
     * {@link Application#handle}; when it returns, the response is whole.
     *
     * @param events takes them; each leaves at once
     * @throws IOException if the client has gone (thrown by the stream; let it pass), or for any
     *     failure
     */
    void write(EventStream events) throws IOException;
}

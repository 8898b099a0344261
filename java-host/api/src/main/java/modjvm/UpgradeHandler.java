package modjvm;

import java.io.InputStream;
import java.io.OutputStream;

/**
 * Speaks another protocol with the client, on the connection of the request: see
 * {@link Response#upgrade}.
 */
@FunctionalInterface
public interface UpgradeHandler {
    /**
     * Holds the whole conversation. The host calls it once, in the thread that called
     * {@link Application#handle}, after the 101 has been sent. When it returns, what it wrote is
     * sent and the connection is closed.
     *
     * <p>Each stream is used by one thread at a time; two threads may use one each. Neither is used
     * after the return. An interrupt of a thread that waits in one of them ends the connection.
     *
     * @param in what the client sends; blocks until something has come, ends when the client closes
     *     its half of the connection, throws an {@link java.io.IOException} once the client is
     *     gone, and a {@link GoingAwayException} when the process is about to end
     * @param out takes what is sent to the client; buffers, {@link OutputStream#flush} sends;
     *     blocks while the client is slower, throws an {@link java.io.IOException} once it is gone
     * @throws Exception any failure: it is logged, and the connection is closed. Once the client is
     *     gone the thread is interrupted, and what the streams throw is to be let pass
     */
    void handle(InputStream in, OutputStream out) throws Exception;
}

package modjvm.spi;

import java.io.IOException;

/**
 * A connection that has been upgraded: bytes both ways. One thread may read while another writes.
 */
public interface Tunnel extends AutoCloseable {
    /**
     * Returns what the client sends. A read at its end returns -1; a read throws
     * {@link modjvm.GoingAwayException} once the process is about to end, and
     * {@link java.io.EOFException} if the client has left. Closing it ends the reading alone.
     *
     * @return the stream, always the same
     */
    RequestBody input();

    /**
     * Returns what is sent to the client. {@code flush} sends what was written. Closing it ends the
     * writing alone.
     *
     * @return the stream, always the same
     */
    ResponseSink output();

    /**
     * Ends the tunnel in order. To be called once, when the conversation is over; not after a
     * failure, for which the handler throws: the dispatcher then breaks the tunnel off.
     *
     * @throws IOException if the connection is lost
     */
    @Override
    void close() throws IOException;
}

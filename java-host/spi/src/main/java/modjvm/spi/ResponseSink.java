package modjvm.spi;

import java.io.IOException;
import java.io.OutputStream;
import modjvm.Headers;

/**
 * Takes the body of one response. Thread-safe by a lock, so that an application may write from a
 * thread of its own. A write waits if the client is slow.
 *
 * <ol>
 *   <li>What is written is gathered. It leaves when the buffer is full, with {@code flush}, or with
 *       the end.
 *   <li>{@code close} ends the writing: a write that follows throws {@link IOException}.
 *   <li>{@link #end} ends the response, and the writing. The handler must call it; a response
 *       without its end is broken off.
 * </ol>
 *
 * <p>A write throws {@link IOException} if it exceeds the head's length, and once the connection is
 * lost.
 */
public abstract class ResponseSink extends OutputStream {
    /** For connectors. */
    protected ResponseSink() {}

    /**
     * Tells whether anything of a body is sent. It is not in answer to HEAD, or with a status that
     * has no body: what is written is dropped then, and the response ends with {@link #end} all the
     * same.
     *
     * @return whether it is worth while to write
     */
    public abstract boolean takesBody();

    /**
     * Tells whether a write would not wait for the client. A connector whose writes always wait
     * says true.
     *
     * @return whether a write returns at once
     */
    public boolean isReady() {
        return true;
    }

    /**
     * Ends the response. If fewer bytes were written than the head's length, or a write exceeded
     * it, the response fails instead. Has no effect when the response has ended.
     *
     * @param trailers the fields that follow the body; empty unless the head has announced some
     * @throws InvalidResponseException if the trailers cannot be sent
     * @throws IOException if the connection is lost
     */
    public abstract void end(Headers trailers) throws IOException;

    /** Ends the writing, but not the response. */
    @Override
    public abstract void close();

    @Override
    public void write(int octet) throws IOException {
        write(new byte[] {(byte) octet}, 0, 1);
    }

    @Override
    public abstract void write(byte[] bytes, int offset, int length) throws IOException;
}

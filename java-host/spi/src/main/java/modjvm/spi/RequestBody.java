package modjvm.spi;

import java.io.InputStream;
import modjvm.Headers;

/**
 * The body of a request as it comes. At its end from the first if there is none. Thread-safe, but
 * meant for one thread at a time: a read that waits keeps others waiting.
 *
 * <p>{@code 100 Continue} is sent at the first read. A read throws {@link java.io.EOFException} if
 * the body was cut off, and {@link java.io.IOException} once the connection is lost or the exchange
 * is over. An unread rest is dropped.
 */
public abstract class RequestBody extends InputStream {
    /** For connectors. */
    protected RequestBody() {}

    /**
     * Tells whether a read would not wait: bytes are there, or the body's end, or a failure. A
     * false answer also lets the client send more.
     *
     * @return whether a read returns or throws at once
     */
    public abstract boolean isReady();

    /**
     * Runs an action once {@link #isReady} is true. The action runs on the thread of the exchange,
     * as if it were handed to {@link Exchange#execute}; so the exchange must be suspended. One at a
     * time may be waiting.
     *
     * @param action what to run, once
     * @throws IllegalStateException if the exchange is not suspended, or another action waits
     */
    public abstract void onReady(Runnable action);

    /**
     * Tells whether the body has been read to its end.
     *
     * @return whether a read has returned -1, or would without looking further
     */
    public abstract boolean isFinished();

    /**
     * Returns the fields that followed the body. Any thread may ask; does not wait for who reads.
     *
     * @return the fields; none until the body was read to its end
     */
    public abstract Headers trailers();
}

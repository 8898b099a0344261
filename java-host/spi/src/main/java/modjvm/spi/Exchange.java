package modjvm.spi;

import java.io.IOException;
import java.nio.channels.FileChannel;
import modjvm.Headers;
import org.jspecify.annotations.Nullable;

/**
 * One request and its response, whatever brought it.
 *
 * <ol>
 *   <li>The handler reads {@link #head} and {@link #body} as far as it likes. It may
 *       {@link #inform} the client.
 *   <li>It answers, once: {@link #respond(ResponseHead) respond}, {@link #upgrade} or
 *       {@link #fail}. The response leaves when the buffer is full, flushed or ended. Until then it
 *       can be taken back with {@link #retract}, or replaced with {@link #fail}.
 *   <li>The response ends with its sink's or the tunnel's end; a file's response at once. The
 *       request's body can be read until the exchange is over.
 *   <li>The exchange is over when {@link Handler#handle} returns, or, if it is suspended, with
 *       {@link #complete}. What comes later throws {@link IOException}.
 * </ol>
 *
 * <p>Used by one thread at a time, the handler's or one that the handler has handed it to; except
 * {@link #onAbort}, {@link #isAborted}, {@link #execute}, {@link #complete} and {@link #log}, which
 * any thread may call. All methods that throw {@link IOException} do so if the connection is lost.
 */
public interface Exchange {
    /**
     * Returns what came before the body.
     *
     * @return the head, always the same
     */
    RequestHead head();

    /**
     * Returns the request's body.
     *
     * @return the body, always the same; at its end if there is none
     */
    RequestBody body();

    /**
     * Sends an interim response at once. Dropped if the exchange cannot {@link Capability#INFORM}.
     *
     * @param status 102 to 199, but not 101; {@code 100 Continue} is sent at the first read of the
     *     body
     * @param fields its header fields
     * @throws IllegalStateException if the response has begun, or too many were sent
     * @throws IllegalArgumentException if it cannot be sent as it is
     * @throws IOException if the connection is lost
     */
    void inform(int status, Headers fields) throws IOException;

    /**
     * Begins the response. It need not leave before more is written.
     *
     * @param head what comes before the body
     * @return takes the body; to be ended even if it takes none
     * @throws InvalidResponseException if the head cannot be sent; another can
     * @throws IllegalStateException if the request has been answered
     * @throws IOException if the connection is lost
     */
    ResponseSink respond(ResponseHead head) throws IOException;

    /**
     * Sends a response whose body is a part of a file. The server in front reads the file if the
     * exchange can {@link Capability#FILE}; else the bytes are copied. If the file turns out to be
     * shorter, the response is broken off. It has ended when this returns.
     *
     * @param head what comes before the body; its length is that of the part
     * @param file open for reading; closed by the caller
     * @param offset where in the file the body begins
     * @throws InvalidResponseException if the head cannot be sent; another can
     * @throws IllegalStateException if the request has been answered
     * @throws IOException if the connection is lost, or the file cannot be read
     */
    void respond(ResponseHead head, FileChannel file, long offset) throws IOException;

    /**
     * Answers with status 101, at once. The other protocol begins.
     *
     * @param fields of the 101 response, exactly one Upgrade among them
     * @return the connection
     * @throws InvalidResponseException if the fields cannot be sent
     * @throws IllegalStateException if the request has a body, or has been answered
     * @throws UnsupportedOperationException if the exchange cannot {@link Capability#UPGRADE}
     * @throws modjvm.GoingAwayException if there is nobody to talk to
     * @throws IOException if the connection is lost
     */
    Tunnel upgrade(Headers fields) throws IOException;

    /**
     * Answers that the request has failed. In place of the response if nothing of that has left;
     * else the response is broken off, so that the client does not take it for whole. Has no effect
     * on a response that has ended.
     *
     * @param status 400 to 599
     * @param reason for the error log, on one line; the client does not see it
     * @throws IOException if the connection is lost
     */
    void fail(int status, String reason) throws IOException;

    /**
     * Has the server in front ask another process of the pool, as if the request had never come
     * here: another process has what the request needs, or will soon make it available. If the
     * others decline too, this one may be asked again. Only before anything of the body was read
     * and before an interim response; the exchange has been answered then.
     *
     * @return false if it cannot {@link Capability#DECLINE}, or has been answered: nothing has
     *     happened then
     * @throws IOException if the connection is lost
     */
    boolean decline() throws IOException;

    /**
     * Takes the response back, if nothing of it has left. The request can then be answered anew.
     *
     * @return false if it is too late
     */
    boolean retract();

    /**
     * Tells whether the request has been answered: the response has begun, and was not retracted.
     *
     * @return whether it has
     */
    boolean isAnswered();

    /**
     * Lets the exchange go on after {@link Handler#handle} has returned, until {@link #complete}.
     * Called by the handler, before it returns, on its thread. This thread then waits, and runs
     * what it is handed with {@link #execute}; it holds no place while it
     * {@linkplain #await waits}.
     *
     * @throws IllegalStateException if it has been called before
     */
    void suspend();

    /**
     * Runs a task on the thread of the exchange, while it is suspended: one after another, in their
     * order, none before {@link Handler#handle} has returned. What a task throws is treated as if
     * the handler had thrown it.
     *
     * @param task what to run; dropped if the exchange is over by then
     * @throws IllegalStateException if the exchange is not suspended
     */
    void execute(Runnable task);

    /**
     * Ends a suspended exchange: tasks that wait are run first. Who calls must not use the exchange
     * any more. Has no effect the second time.
     *
     * @throws IllegalStateException if the exchange is not suspended
     */
    void complete();

    /**
     * Waits for something other than the client, on the exchange's thread, and holds no place among
     * the pool's threads meanwhile: other requests are served. When the wait is over, however it
     * ends, this waits for a place; if none is free for a second, it goes on without.
     *
     * @param wait what to wait for; an interrupt says that the client has left
     * @param <T> what comes of it
     * @return what came of it
     * @throws InterruptedException if the wait does
     */
    <T extends @Nullable Object> T await(Wait<T> wait) throws InterruptedException;

    /**
     * A wait.
     *
     * @param <T> what comes of it
     */
    interface Wait<T extends @Nullable Object> {
        /**
         * Waits.
         *
         * @return what came of it
         * @throws InterruptedException if the thread is interrupted
         */
        T await() throws InterruptedException;
    }

    /**
     * Runs an action if the client leaves, or the server in front gives the request up. The action
     * runs on a thread of the connector and must not wait; at once, on the calling thread, if the
     * client has left already. One for an exchange: a later one replaces it. With or without an
     * action, a thread that is in the handler or a task is interrupted. A suspended exchange ends
     * after that, as if by {@link #complete}: what the action hands to {@link #execute} is still
     * run.
     *
     * @param action what to run
     */
    void onAbort(Runnable action);

    /**
     * Tells whether the client has left, as far as it is known.
     *
     * @return whether it has
     */
    boolean isAborted();

    /**
     * Adds a line to the error log of the request's virtual host, if that can be done without
     * waiting for anybody.
     *
     * @param level how grave it is
     * @param line without a line's end; cut if it is too long
     * @return false if it cannot: the caller may take another way
     */
    boolean log(LogLevel level, String line);

    /**
     * Tells what is possible.
     *
     * @param capability in question
     * @return whether the connector has it for this exchange
     */
    boolean can(Capability capability);
}

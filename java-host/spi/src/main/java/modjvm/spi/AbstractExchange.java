package modjvm.spi;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.Objects;
import modjvm.Headers;
import org.jspecify.annotations.Nullable;

/**
 * What the exchanges of all connectors have in common: the order of calls, suspension, and the news
 * that the client has left. A connector extends it with the ways to send.
 *
 * <ol>
 *   <li>The connector makes the exchange on the thread that serves it, with an admitted permit, and
 *       hands it to {@link Dispatcher#serve}.
 *   <li>The dispatcher calls {@link #begin}, the handler, and {@link #awaitCompletion}.
 *   <li>If the client leaves, the connector calls {@link #abort}, from any thread.
 *   <li>When {@code serve} has returned, the connector calls {@link #end}.
 * </ol>
 */
public abstract class AbstractExchange extends Abortable implements Exchange {
    private enum State {
        OPEN,
        ANSWERING,
        ENDED
    }

    private static final int NO_CONTENT = 204;
    private static final int NOT_MODIFIED = 304;
    private static final int LEAST_INTERIM = 102;
    private static final int GREATEST_INTERIM = 199;

    private final long sinceNanos = System.nanoTime();
    private final Permit permit;
    private @Nullable ExchangeObserver observer;
    private State state = State.OPEN;
    /** Written by the handler; volatile, because any thread may complete. */
    private volatile @Nullable Suspension suspension;

    /**
     * Makes an exchange that the current thread serves.
     *
     * @param permit what it is served with
     */
    protected AbstractExchange(Permit permit) {
        this.permit = Objects.requireNonNull(permit, "permit");
    }

    /**
     * Puts a head into the buffer.
     *
     * @param head what comes before the body
     * @return takes the body
     * @throws InvalidResponseException if the head cannot be sent; nothing has changed then
     * @throws IOException if the connection is lost
     */
    protected abstract ResponseSink open(ResponseHead head) throws IOException;

    /**
     * Sends a whole response from a file. Calls {@link #ending} before the last bytes leave.
     *
     * @param head what comes before the body
     * @param file open for reading
     * @param offset where in the file the body begins
     * @throws InvalidResponseException if the head cannot be sent; nothing has changed then
     * @throws IOException if the connection is lost, or the file cannot be read
     */
    protected abstract void send(ResponseHead head, FileChannel file, long offset) throws IOException;

    /**
     * Sends a 101 response. Calls {@link #upgrading} before it leaves.
     *
     * @param fields its header fields
     * @return the connection
     * @throws InvalidResponseException if the fields cannot be sent; nothing has changed then
     * @throws IOException if the connection is lost
     */
    protected abstract Tunnel openTunnel(Headers fields) throws IOException;

    /**
     * Sends an interim response, if the request still is at its turn.
     *
     * @param status 102 to 199
     * @param fields its header fields
     * @throws IllegalStateException if too many were sent, or it is too late
     * @throws IllegalArgumentException if it cannot be sent as it is
     * @throws IOException if the connection is lost
     */
    protected abstract void sendInterim(int status, Headers fields) throws IOException;

    /**
     * Sends that the request has failed, in place of the response or by breaking it off. Calls
     * {@link #ending} before it leaves.
     *
     * @param status 400 to 599
     * @param reason for the error log
     * @throws IOException if the connection is lost
     */
    protected abstract void sendFailure(int status, String reason) throws IOException;

    /**
     * Sends that another process is to be asked, unless anything of an answer has been sent. Called
     * only if the exchange can {@link Capability#DECLINE}.
     *
     * @return whether it was sent
     * @throws IOException if the connection is lost
     */
    protected abstract boolean sendDecline() throws IOException;

    /**
     * Takes the response back, if nothing of it has left; its sink takes nothing any more.
     *
     * @return false if it is too late
     */
    protected abstract boolean takeBack();

    /**
     * Tells whoever is in front that the exchange has given its place back, or has one again. Does
     * not wait.
     *
     * @param isPlaceHeld whether it has one
     */
    protected void holds(boolean isPlaceHeld) {}

    /**
     * Tells whether the connection is lost, so that there is nobody to answer.
     *
     * @return whether it is, as far as it is known
     */
    public abstract boolean isLost();

    /**
     * Tells whether the request's body has failed or was cut off: then the application's trouble is
     * nobody's fault.
     *
     * @return whether it has
     */
    public abstract boolean isBodyBroken();

    /**
     * The dispatcher is about to serve the exchange.
     *
     * @param by hears of the answer
     */
    public final void begin(ExchangeObserver by) {
        observer = by;
    }

    /**
     * Runs what a suspended exchange is handed, until it is complete. Returns at once if the
     * exchange is not suspended. Called by the dispatcher, on the exchange's thread.
     */
    public final void awaitCompletion() {
        Suspension waiting = suspension;
        if (waiting != null) {
            waiting.await(this);
        }
    }

    /**
     * The client has left: who serves is interrupted and told. Called by the connector, from any
     * thread; has no effect when the exchange is over.
     */
    public final void abort() {
        if (!noteAbort()) {
            return;
        }
        Suspension waiting = suspension;
        if (waiting != null) {
            waiting.complete();
        }
    }

    /**
     * Returns when the exchange began.
     *
     * @return the time, by System.nanoTime
     */
    public final long sinceNanos() {
        return sinceNanos;
    }

    /**
     * Returns the permit that the exchange is served with.
     *
     * @return the permit
     */
    public final Permit permit() {
        return permit;
    }

    /**
     * Tells whether the response has ended, as a whole or broken off.
     *
     * @return whether nothing more of it comes
     */
    public final boolean isEnded() {
        return state == State.ENDED;
    }

    @Override
    public final void inform(int status, Headers fields) throws IOException {
        if (status < LEAST_INTERIM || status > GREATEST_INTERIM) {
            throw new IllegalArgumentException(
                    "status " + status + " is not between " + LEAST_INTERIM + " and " + GREATEST_INTERIM);
        }
        checkNotOver();
        if (state != State.OPEN) {
            throw new IllegalStateException("an interim response after the response has begun");
        }
        sendInterim(status, fields);
    }

    @Override
    public final ResponseSink respond(ResponseHead head) throws IOException {
        checkOpen();
        responding();
        ResponseSink sink = open(head);
        state = State.ANSWERING;
        return sink;
    }

    @Override
    public final void respond(ResponseHead head, FileChannel file, long offset) throws IOException {
        if (head.length() == ResponseHead.UNKNOWN) {
            throw new IllegalArgumentException("a file's response without a length");
        }
        checkOpen();
        responding();
        send(head, file, offset);
    }

    @Override
    public final Tunnel upgrade(Headers fields) throws IOException {
        checkOpen();
        if (!can(Capability.UPGRADE)) {
            throw new UnsupportedOperationException("this connection cannot be upgraded");
        }
        if (head().hasBody()) {
            throw new IllegalStateException("an upgrade in answer to a request with a body");
        }
        responding();
        Tunnel tunnel = openTunnel(fields);
        state = State.ANSWERING;
        return tunnel;
    }

    @Override
    public final void fail(int status, String reason) throws IOException {
        if (state == State.ENDED) {
            return;
        }
        checkNotOver();
        sendFailure(status, reason);
        state = State.ENDED;
    }

    @Override
    public final boolean decline() throws IOException {
        checkNotOver();
        if (state != State.OPEN || !can(Capability.DECLINE) || !sendDecline()) {
            return false;
        }
        state = State.ENDED;
        permit.release();
        return true;
    }

    @Override
    public final boolean retract() {
        if (state == State.ANSWERING && takeBack()) {
            state = State.OPEN;
        }
        return state == State.OPEN;
    }

    @Override
    public final boolean isAnswered() {
        return state != State.OPEN;
    }

    @Override
    public final void suspend() {
        if (suspension != null) {
            throw new IllegalStateException("the exchange is suspended already");
        }
        Suspension waiting = new Suspension(thread());
        suspension = waiting;
        if (isAborted()) {
            waiting.complete(); // abort may not have seen it
        }
    }

    @Override
    public final <T extends @Nullable Object> T await(Wait<T> wait) throws InterruptedException {
        boolean isPaused = permit.pause();
        if (isPaused) {
            holds(false);
        }
        try {
            return wait.await();
        } finally {
            if (isPaused) {
                permit.resume();
                holds(true);
            }
        }
    }

    @Override
    public final void execute(Runnable task) {
        suspended().execute(Objects.requireNonNull(task, "task"));
    }

    @Override
    public final void complete() {
        suspended().complete();
    }

    /**
     * What is to precede the response's end is sent now. Called by the connector before it puts the
     * end into the buffer, if only the end follows.
     */
    protected final void finishing() {
        ExchangeObserver told = observer;
        if (told != null) {
            told.ending();
        }
    }

    /**
     * Tells whether a response may have a body: not one to HEAD, nor one with status 204 or 304.
     *
     * @param status the response's
     * @return whether it may
     */
    protected final boolean takesBody(int status) {
        return !head().method().equals("HEAD") && status != NO_CONTENT && status != NOT_MODIFIED;
    }

    /**
     * The last bytes are about to leave: the next request may come. Called by the connector, each
     * time. Does what {@link #finishing} does, too.
     */
    protected final void ending() {
        finishing();
        state = State.ENDED;
        permit.release();
    }

    /** The connection is upgraded: the next request may come. Called by the connector. */
    protected final void upgrading() {
        permit.release();
    }

    private void responding() {
        ExchangeObserver told = observer;
        if (told != null) {
            told.responding();
        }
    }

    private void checkOpen() throws IOException {
        checkNotOver();
        if (state != State.OPEN) {
            throw new IllegalStateException("the request has been answered already");
        }
    }

    private void checkNotOver() throws IOException {
        if (isOver()) {
            throw new IOException("the request is over");
        }
    }

    private Suspension suspended() {
        Suspension waiting = suspension;
        if (waiting == null) {
            throw new IllegalStateException("the exchange is not suspended");
        }
        return waiting;
    }
}

package modjvm;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A WebSocket (RFC 6455) with one client: messages in both directions, until one side closes.
 *
 * <pre>{@code
 * static final Application application = request -> WebSocket.accept(request, socket -> {
 *     for (var message = socket.receive(); message.isPresent(); message = socket.receive()) {
 *         if (message.get() instanceof WebSocketMessage.Text text) {
 *             socket.send("You said: " + text.text());
 *         }
 *     }
 * }); }</pre>
 *
 * <ol>
 *   <li>{@link #accept(Request, WebSocketHandler)} looks at the request and answers it.
 *   <li>The handler is called, in the request's thread, which it holds until it returns.
 *   <li>It calls {@link #receive} again and again, also if it only sends: that is what answers the
 *       client's Pings and its Close.
 *   <li>When it returns, the WebSocket is closed: with 1000, or as {@link #close} has said, or with
 *       1011 if it threw.
 * </ol>
 *
 * <p>Thread-safe, but for {@link #receive}, which is called by one thread at a time and not after
 * the handler has returned. A thread that is interrupted while it sends ends the connection that it
 * sends to; a handler's thread is interrupted when its own client leaves, so it does not send to
 * other clients itself, but hands messages to a thread of each of theirs. There is no compression,
 * and messages are sent in one frame each.
 */
public final class WebSocket {
    private final WebSocketSource source;
    private final WebSocketInput input;
    private final WebSocketOutput output;
    private final Optional<String> subprotocol;
    private final Duration closeTimeout;
    private final WebSocketKeepAlive keepAlive;

    /** What was said first, by either side. Written under the lock, read without. */
    private volatile Optional<WebSocketClose> close = Optional.empty();
    /** Nothing more is to be read. Volatile: another thread may receive next. */
    private volatile boolean isAtEnd;

    WebSocket(InputStream in, OutputStream out, Optional<String> subprotocol, WebSocketOptions options) {
        this.source = new WebSocketSource(in);
        this.output = new WebSocketOutput(out);
        this.input = new WebSocketInput(source, output, options.maxMessageBytes());
        this.subprotocol = subprotocol;
        this.closeTimeout = options.closeTimeout();
        this.keepAlive = new WebSocketKeepAlive(source, output, options.pingInterval(), this::giveUp);
    }

    /**
     * Answers a request that opens a WebSocket, with {@link WebSocketOptions#defaults}.
     *
     * @param request the request
     * @param handler holds the conversation
     * @return 101; or a refusal with a text that says why: 405 for another method than GET, 400 for
     *     a request that asks for no WebSocket, has a bad key or a body, 426 for another version,
     *     403 for a page of another host
     */
    public static Response accept(Request request, WebSocketHandler handler) {
        return accept(request, WebSocketOptions.defaults(), handler);
    }

    /**
     * Answers a request that opens a WebSocket.
     *
     * @param request the request
     * @param options limits, subprotocols, origins
     * @param handler holds the conversation
     * @return 101, or a refusal as above
     */
    public static Response accept(Request request, WebSocketOptions options, WebSocketHandler handler) {
        Objects.requireNonNull(request, "request");
        Objects.requireNonNull(options, "options");
        Objects.requireNonNull(handler, "handler");
        return WebSocketHandshake.answer(request, options, handler);
    }

    /**
     * Waits for a message. Pings are answered meanwhile, Pongs dropped.
     *
     * <p>There is none any more, and {@link #closeCode} says why, once either side has closed, the
     * client has ended the connection without closing (1006), or has broken the protocol (1002,
     * 1007, 1009: it has been told), or has not answered a Ping, or the process or the tunnel is
     * about to end (1001: the client has been told). A message of which only a part has come is
     * never returned.
     *
     * @return the next message, or nothing if there is none any more
     * @throws IOException if the client is gone; let it pass
     */
    public Optional<WebSocketMessage> receive() throws IOException {
        while (!isAtEnd) {
            Optional<WebSocketMessage> message = read();
            if (message.isPresent() && !output.isClosed()) {
                return message;
            }
        }
        return Optional.empty();
    }

    /**
     * Sends a text, at once. Waits while the client is slower.
     *
     * @param text the text; half of a surrogate pair becomes a question mark
     * @throws IOException if the client is gone, or the WebSocket is closed
     */
    public void send(String text) throws IOException {
        output.send(WebSocketOpcode.TEXT, text.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Sends bytes, at once. Waits while the client is slower.
     *
     * @param bytes the bytes; not copied, so they must not change until this method has returned
     * @throws IOException if the client is gone, or the WebSocket is closed
     */
    public void send(byte[] bytes) throws IOException {
        output.send(WebSocketOpcode.BINARY, Objects.requireNonNull(bytes, "bytes"));
    }

    /**
     * Sends a Ping, beside those that a silent client gets by itself
     * ({@link WebSocketOptions#withPingInterval}). The client answers by a Pong, which
     * {@link #receive} drops.
     *
     * @param bytes 125 at most
     * @throws IllegalArgumentException if there are more bytes
     * @throws IOException if the client is gone, or the WebSocket is closed
     */
    public void ping(byte[] bytes) throws IOException {
        if (bytes.length > WebSocketOpcode.MAX_CONTROL_BYTES) {
            throw new IllegalArgumentException("a ping of more than 125 bytes");
        }
        output.send(WebSocketOpcode.PING, bytes);
    }

    /**
     * Closes. Nothing can be sent afterwards; what the client still sends is dropped. Does not wait
     * for the client: {@link #receive} does, and the end of the handler, for as long as
     * {@link WebSocketOptions#closeTimeout} says. Does nothing if the WebSocket is closed already.
     *
     * @param code 1000 to 1003, 1007 to 1014, or 3000 to 4999: 1000 is normal, 1001 going away,
     *     1008 a breach of the application's rules, 1011 a failure, those from 4000 on are the
     *     application's own
     * @param reason why; at most 123 bytes in UTF-8, may be empty
     * @throws IllegalArgumentException if the code or the reason is not what it must be
     * @throws IOException if the client is gone
     */
    public void close(int code, String reason) throws IOException {
        if (!WebSocketClose.isSendable(code)) {
            throw new IllegalArgumentException("the close code " + code + " cannot be sent");
        }
        if (reason.getBytes(StandardCharsets.UTF_8).length > WebSocketClose.MAX_REASON_BYTES) {
            throw new IllegalArgumentException("a reason of more than 123 bytes");
        }
        WebSocketClose said = new WebSocketClose(code, reason);
        if (output.trySend(WebSocketOpcode.CLOSE, said.payload())) {
            note(said);
            source.endAfter(closeTimeout);
        }
    }

    /**
     * The subprotocol that is spoken.
     *
     * @return one of {@link WebSocketOptions#subprotocols}, or nothing if the client named none of
     *     them
     */
    public Optional<String> subprotocol() {
        return subprotocol;
    }

    /**
     * Why the WebSocket was closed, by the side that was first.
     *
     * @return the code; 1005 if the client closed without one, 1006 if it ended the connection
     *     without closing; nothing while the WebSocket is open
     */
    public OptionalInt closeCode() {
        return close.stream().mapToInt(WebSocketClose::code).findFirst();
    }

    /**
     * Why the WebSocket was closed, in words, by the side that was first. Words of the client are
     * anyone's.
     *
     * @return the reason; empty where there is none, and while the WebSocket is open
     */
    public String closeReason() {
        return close.map(WebSocketClose::reason).orElse("");
    }

    /** Has the handler hold the conversation, and ends it. */
    void converse(WebSocketHandler handler) throws Exception {
        keepAlive.start();
        try {
            handler.handle(this);
            farewell(WebSocketClose.NORMAL);
            awaitEnd();
        } catch (Throwable e) {
            try {
                farewell(WebSocketClose.FAILED);
            } catch (IOException | RuntimeException suppressed) {
                e.addSuppressed(suppressed);
            }
            throw e;
        } finally {
            keepAlive.stop();
            source.release();
            output.end();
            note(new WebSocketClose(WebSocketClose.NO_FRAME, ""));
        }
    }

    /**
     * The client has not answered a Ping. It is told, should it hear, and has the usual time to
     * close.
     */
    private void giveUp() {
        source.endAfter(closeTimeout); // first: what is sent to who does not take it waits
        try {
            close(WebSocketClose.GOING_AWAY, "no answer to a Ping");
        } catch (IOException e) {
            output.abandon(); // it is gone, and whoever reads ends
        }
    }

    /**
     * Lets the client's Close come, so that the connection does not end while the client has
     * something to send.
     */
    private void awaitEnd() {
        if (output.isBroken() || closeTimeout.isZero() || Thread.currentThread().isInterrupted()) {
            return;
        }
        try {
            receive();
        } catch (IOException e) {
            return; // both sides have said what they had to say
        }
    }

    /**
     * Closes, also if the thread was told to stop: that flag would end the connection before the
     * client knew.
     */
    private void farewell(int code) throws IOException {
        boolean isInterrupted = Thread.interrupted();
        try {
            close(code, "");
        } finally {
            if (isInterrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private Optional<WebSocketMessage> read() throws IOException {
        boolean isMessage = false;
        try {
            Optional<WebSocketMessage> message = input.read();
            isMessage = message.isPresent();
            if (!isMessage) {
                answer(input.close());
            }
            return message;
        } catch (GoingAwayException e) {
            WebSocketClose said = new WebSocketClose(WebSocketClose.GOING_AWAY, "");
            note(said);
            output.trySend(WebSocketOpcode.CLOSE, said.payload());
            return Optional.empty();
        } catch (IOException e) {
            output.abandon(); // who cannot be heard is gone
            throw e;
        } catch (WebSocketViolation violation) {
            WebSocketClose said = violation.close();
            note(said);
            output.trySend(WebSocketOpcode.CLOSE, said.payload());
            return Optional.empty();
        } finally {
            if (!isMessage) {
                isAtEnd = true;
                note(new WebSocketClose(WebSocketClose.NO_FRAME, ""));
            }
        }
    }

    private void answer(WebSocketClose said) throws IOException {
        note(said);
        if (said.code() == WebSocketClose.NO_FRAME) {
            output.abandon();
        } else {
            output.trySend(WebSocketOpcode.CLOSE, new WebSocketClose(said.code(), "").payload());
        }
    }

    private synchronized void note(WebSocketClose said) {
        if (close.isEmpty()) {
            close = Optional.of(said);
        }
    }
}

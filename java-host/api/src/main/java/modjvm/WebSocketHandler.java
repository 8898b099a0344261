package modjvm;

/**
 * Holds the conversation of one WebSocket: see {@link WebSocket#accept(Request, WebSocketHandler)}.
 */
@FunctionalInterface
public interface WebSocketHandler {
    /**
     * Receives and sends, until the WebSocket is closed or there is nothing more to say. Called
     * once, in the thread that called {@link Application#handle}, after the client has been told
     * that its WebSocket is accepted.
     *
     * <p>When it returns, the WebSocket is closed with 1000, if it is still open.
     *
     * @param socket the WebSocket; closed once this method has returned
     * @throws Exception any failure: the WebSocket is closed with 1011, and the exception is logged
     */
    void handle(WebSocket socket) throws Exception;
}

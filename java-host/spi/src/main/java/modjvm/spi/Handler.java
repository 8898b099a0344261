package modjvm.spi;

/** Serves exchanges of one application. Thread-safe: several threads call it at once. */
@FunctionalInterface
public interface Handler {
    /**
     * Serves one exchange. Called by the {@link Dispatcher}, on the thread that the connector has
     * for the exchange. When it returns, the exchange has been answered, or it is suspended;
     * otherwise the dispatcher answers with status 500.
     *
     * <p>The thread is interrupted if the client leaves. An interrupt flag that the application
     * leaves behind would close the connection at the next read or write: a handler clears it
     * before it goes on after the application.
     *
     * @param exchange the request and its response; not to be used after {@code handle} has
     *     returned, unless it is suspended
     * @throws LoadException if the application cannot be had: the client is told its status
     * @throws Exception whatever the application throws; it is logged, and the client is told
     *     status 500, or the response is broken off
     */
    void handle(Exchange exchange) throws Exception;
}

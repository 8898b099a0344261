package modjvm.proxy;

import java.io.IOException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;
import modjvm.spi.Exchange;
import modjvm.spi.Handler;

/** Forwards exchanges to the program's server. Thread-safe. */
final class ProxyHandler implements Handler, AutoCloseable {
    private static final int BAD_REQUEST = 400;
    private static final int BAD_GATEWAY = 502;
    private static final int UNAVAILABLE = 503;

    private final String program;
    private final ConnectionPool connections;
    private final BooleanSupplier isEnding;
    /** For bodies of requests and for tunnels, which are copied both ways at once. */
    private final ExecutorService copiers = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "modjvm-proxy");
        thread.setDaemon(true);
        return thread;
    });

    /**
     * Makes one that is not connected yet.
     *
     * @param program its name in the log
     * @param isEnding is asked when nobody takes a connection: whether this process ends, so that
     *     another one is to be asked
     */
    ProxyHandler(String program, ConnectionPool connections, BooleanSupplier isEnding) {
        this.program = program;
        this.connections = connections;
        this.isEnding = isEnding;
    }

    @Override
    public void handle(Exchange exchange) throws IOException {
        String refusal = RequestFields.refusal(exchange.head());
        if (!refusal.isEmpty()) {
            exchange.fail(BAD_REQUEST, refusal);
            return;
        }
        ForwardedExchange forwarded = new ForwardedExchange(exchange, connections, copiers);
        ServerConnection connection;
        try {
            connection = connections.take();
        } catch (IOException e) {
            unreachable(exchange, e);
            return;
        }
        try {
            forwarded.serve(connection);
        } catch (StaleConnectionException stale) {
            repeat(exchange, forwarded);
        } catch (ServerException e) {
            failed(exchange, forwarded, e);
        }
    }

    private void repeat(Exchange exchange, ForwardedExchange forwarded) throws IOException {
        ServerConnection connection;
        try {
            connection = connections.connect();
        } catch (IOException e) {
            unreachable(exchange, e);
            return;
        }
        try {
            forwarded.serve(connection);
        } catch (ServerException e) {
            failed(exchange, forwarded, e);
        }
    }

    private void unreachable(Exchange exchange, IOException reason) throws IOException {
        Thread.interrupted(); // it would close the connection to httpd at the next write
        if (exchange.isAborted()) {
            throw reason;
        }
        if (isEnding.getAsBoolean() && exchange.decline()) {
            return;
        }
        exchange.fail(UNAVAILABLE, program + ": " + reason.getMessage());
    }

    private void failed(Exchange exchange, ForwardedExchange forwarded, ServerException reason) throws IOException {
        Thread.interrupted();
        IOException ofClient = forwarded.clientFailure();
        if (ofClient != null) {
            throw ofClient;
        }
        if (exchange.isAborted()) {
            throw reason;
        }
        exchange.fail(BAD_GATEWAY, program + ": " + reason.getMessage());
    }

    @Override
    public void close() {
        connections.close();
        copiers.shutdown();
    }
}

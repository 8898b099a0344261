package modjvm.proxy;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import modjvm.GoingAwayException;
import modjvm.spi.ResponseSink;
import modjvm.spi.Tunnel;

/** Copies both ways between an upgraded client and the program's server. */
final class ForwardedTunnel {
    private static final int SIZE = 16_384;

    private final ServerConnection connection;
    private final Tunnel tunnel;
    private final Executor copiers;

    ForwardedTunnel(ServerConnection connection, Tunnel tunnel, Executor copiers) {
        this.connection = connection;
        this.tunnel = tunnel;
        this.copiers = copiers;
    }

    /**
     * Copies until the server has closed its side.
     *
     * @throws IOException if the client has left, or the connection to the server is lost
     */
    void run() throws IOException {
        CompletableFuture<Void> toServer = new CompletableFuture<>();
        copiers.execute(() -> {
            try {
                copyToServer();
                toServer.complete(null);
            } catch (IOException | RuntimeException e) {
                connection.close();
                toServer.completeExceptionally(e);
            }
        });
        boolean isWhole = false;
        try {
            copyToClient();
            isWhole = true;
        } finally {
            if (!isWhole) {
                connection.close();
            }
            tunnel.input().close();
        }
        end(toServer);
    }

    private void copyToServer() throws IOException {
        byte[] bytes = new byte[SIZE];
        try {
            for (int count = tunnel.input().read(bytes);
                    count >= 0;
                    count = tunnel.input().read(bytes)) {
                connection.write(bytes, 0, count);
            }
        } catch (GoingAwayException e) {
            // The process ends: so the server hears of the end as if the client had said so.
        }
        connection.endOutput();
    }

    private void copyToClient() throws IOException {
        ServerInput in = connection.input();
        ResponseSink out = tunnel.output();
        do {
            if (in.available() > 0) {
                out.write(in.bytes(), in.position(), in.available());
                in.skip(in.available());
                out.flush();
            }
        } while (in.fill());
    }

    /** The server has closed its side; who still copies to it is done, or fails. */
    private void end(CompletableFuture<Void> toServer) throws IOException {
        connection.close();
        try {
            toServer.get();
        } catch (ExecutionException e) {
            // Nobody wants the rest.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("the client has left", e);
        }
        tunnel.close();
    }
}

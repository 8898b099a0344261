package modjvm.proxy;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
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
     * @throws IOException if the client has left
     */
    void run() throws IOException {
        CompletableFuture<Void> toServer = new CompletableFuture<>();
        copiers.execute(() -> {
            try {
                copyToServer();
                toServer.complete(null);
            } catch (ServerException e) {
                toServer.complete(null); // the server has closed its side, of which the other thread hears
            } catch (IOException | RuntimeException e) {
                toServer.completeExceptionally(e);
                connection.close();
            }
        });
        try {
            copyToClient();
        } finally {
            if (!toServer.isCompletedExceptionally()) {
                toServer.complete(null); // what is still read from the client, nobody wants
            }
            connection.close();
            tunnel.input().close();
        }
        try {
            toServer.join();
        } catch (CompletionException e) {
            throw new IOException("the client has left", e);
        }
        tunnel.close();
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
        boolean hasMore = true;
        while (hasMore) {
            if (in.available() > 0) {
                out.write(in.bytes(), in.position(), in.available());
                in.skip(in.available());
                out.flush();
            }
            try {
                hasMore = in.fill();
            } catch (ServerException e) {
                hasMore = false; // a server that closes with something unread resets the connection
            }
        }
    }
}

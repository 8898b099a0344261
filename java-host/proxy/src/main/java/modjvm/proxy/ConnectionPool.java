package modjvm.proxy;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Connections that wait for their next request; the last one used goes first. Thread-safe. */
final class ConnectionPool implements AutoCloseable {
    /** Beyond it, a server may be about to close a connection. */
    private static final long MOST_IDLE_NANOS = 4_000_000_000L;

    private static final int MOST_IDLE = 64;

    private final Address address;
    /** Guarded by itself. */
    private final Deque<ServerConnection> idle = new ArrayDeque<>();
    /** Guarded by idle. */
    private boolean isClosed;

    ConnectionPool(Address address) {
        this.address = address;
    }

    /**
     * Takes one, or makes one. One that the server has closed, or on which it has sent what nobody
     * asked for, is not used.
     *
     * @throws IOException if the server does not listen
     */
    ServerConnection take() throws IOException {
        for (ServerConnection each = poll(); each != null; each = poll()) {
            if (each.isQuiet()) {
                return each;
            }
            each.close();
        }
        return connect();
    }

    /** Makes one. */
    ServerConnection connect() throws IOException {
        return new ServerConnection(address.connect());
    }

    private @Nullable ServerConnection poll() {
        long now = System.nanoTime();
        ServerConnection first;
        synchronized (idle) {
            first = idle.pollFirst();
        }
        if (first != null && now - first.idleSinceNanos() > MOST_IDLE_NANOS) {
            first.close(); // and all others are older
            closeOld(now);
            return null;
        }
        return first;
    }

    void give(ServerConnection connection) {
        long now = System.nanoTime();
        connection.idle(now);
        boolean isTaken;
        synchronized (idle) {
            isTaken = !isClosed && idle.size() < MOST_IDLE;
            if (isTaken) {
                idle.addFirst(connection);
            }
        }
        if (!isTaken) {
            connection.close();
        }
        closeOld(now);
    }

    private void closeOld(long nowNanos) {
        List<ServerConnection> old = new ArrayList<>(0);
        synchronized (idle) {
            for (ServerConnection last = idle.peekLast();
                    last != null && nowNanos - last.idleSinceNanos() > MOST_IDLE_NANOS;
                    last = idle.peekLast()) {
                old.add(idle.removeLast());
            }
        }
        old.forEach(ServerConnection::close);
    }

    @Override
    public void close() {
        List<ServerConnection> all;
        synchronized (idle) {
            isClosed = true;
            all = List.copyOf(idle);
            idle.clear();
        }
        all.forEach(ServerConnection::close);
    }
}

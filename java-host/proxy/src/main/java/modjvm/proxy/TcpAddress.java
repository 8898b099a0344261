package modjvm.proxy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.Optional;
import modjvm.proxy.Listeners.Listener;
import org.jspecify.annotations.Nullable;

/**
 * A port of this machine. Any local user can connect to a port, and can listen on one that is free;
 * so each new connection is to a socket of this process, or is not used.
 */
final class TcpAddress implements Address {
    static final String PLACEHOLDER = "${port}";

    private final int port;
    /** The socket that was last seen to be this process's; null before. */
    private volatile @Nullable Listener seen;

    private TcpAddress(int port) {
        this.port = port;
    }

    /** Finds a port that is free on 127.0.0.1. */
    static TcpAddress find() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}))) {
            return of(socket.getLocalPort());
        }
    }

    static TcpAddress of(int port) {
        return new TcpAddress(port);
    }

    @Override
    public String placeholder() {
        return PLACEHOLDER;
    }

    @Override
    public String value() {
        return Integer.toString(port);
    }

    @Override
    public boolean isListening() throws IOException {
        return look().isPresent();
    }

    /** Whether those can connect who are not on this machine. */
    boolean isOpenToOthers() {
        Listener listener = seen;
        return listener != null && !listener.address().isLoopbackAddress();
    }

    private Optional<Listener> look() throws IOException {
        List<Listener> all = Listeners.on(port);
        Listener known = seen;
        if (known != null && all.contains(known)) {
            return Optional.of(known);
        }
        if (all.isEmpty()) {
            return Optional.empty();
        }
        List<Listener> own = Listeners.own();
        Optional<Listener> ours = all.stream().filter(own::contains).findFirst();
        ours.ifPresent(each -> seen = each);
        return ours;
    }

    /**
     * The same socket listens before and after the connection is made, and is this process's: so
     * it is the one that the connection is to.
     */
    @Override
    public SocketChannel connect() throws IOException {
        Listener before = look().orElseThrow(this::nobody);
        InetAddress to = before.address().isAnyLocalAddress() ? InetAddress.getLoopbackAddress() : before.address();
        SocketChannel channel = SocketChannel.open();
        try {
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.connect(new InetSocketAddress(to, port));
            if (!Optional.of(before).equals(look())) {
                throw nobody();
            }
            return channel;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private IOException nobody() {
        try {
            return new IOException(
                    Listeners.on(port).isEmpty()
                            ? "nobody listens on port " + port
                            : "another process listens on port " + port + ", and gets no request");
        } catch (IOException e) {
            return e;
        }
    }

    @Override
    public void close() {}

    @Override
    public String toString() {
        return "port " + port;
    }
}

package modjvm.wire;

import java.nio.channels.SocketChannel;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** Connections are closed, as far as the server is told, when a test says so. */
public final class FakeHangups implements Hangups {
    private static final long NO_MORE = -1;

    /** The ids of the connections, in the order in which they were made. */
    final BlockingQueue<Long> watched = new LinkedBlockingQueue<>();

    final BlockingQueue<SocketChannel> channels = new LinkedBlockingQueue<>();

    private final BlockingQueue<Long> closed = new LinkedBlockingQueue<>();

    void hangUp(long id) {
        closed.add(id);
    }

    @Override
    public boolean watch(SocketChannel channel, long id) {
        watched.add(id);
        channels.add(channel);
        return true;
    }

    @Override
    public long await() {
        try {
            return closed.take();
        } catch (InterruptedException e) {
            return NO_MORE;
        }
    }
}

package modjvm.proxy;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/**
 * A connection to the program's server. One thread reads while another may write; any thread may
 * close it.
 */
final class ServerConnection implements Closeable {
    private final SocketChannel channel;
    private final ServerInput input;
    private final HeadBuffer head = new HeadBuffer();
    private boolean isReused;
    private long idleSinceNanos;

    ServerConnection(SocketChannel channel) {
        this.channel = channel;
        this.input = new ServerInput(channel);
    }

    ServerInput input() {
        return input;
    }

    /** For the head of the next request. */
    HeadBuffer head() {
        return head;
    }

    /** Whether it has served a request, so that the server may have closed it meanwhile. */
    boolean isReused() {
        return isReused;
    }

    /** It waits for the next request. */
    void idle(long nowNanos) {
        isReused = true;
        idleSinceNanos = nowNanos;
    }

    long idleSinceNanos() {
        return idleSinceNanos;
    }

    /** Looks whether the server has closed it, or sent what nobody has asked for. */
    boolean isQuiet() {
        try {
            channel.configureBlocking(false);
            boolean isQuiet = channel.read(ByteBuffer.allocate(1)) == 0;
            channel.configureBlocking(true);
            return isQuiet;
        } catch (IOException e) {
            return false;
        }
    }

    void write(byte[] bytes, int offset, int length) throws ServerException {
        ByteBuffer buffer = ByteBuffer.wrap(bytes, offset, length);
        try {
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
        } catch (IOException e) {
            throw new ServerException("the connection is lost: " + e, e);
        }
    }

    /** Nothing more is written. */
    void endOutput() throws IOException {
        channel.shutdownOutput();
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            return; // it is closed nevertheless
        }
    }
}

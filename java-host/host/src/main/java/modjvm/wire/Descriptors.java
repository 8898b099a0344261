package modjvm.wire;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SocketChannel;

/**
 * What can be done with the descriptors of connections and files, and the JDK does not do.
 * Thread-safe.
 */
public interface Descriptors {
    /** Where nothing of it can be done. */
    Descriptors NONE = new Descriptors() {
        @Override
        public long peer(SocketChannel channel) {
            return -1;
        }

        @Override
        public long peerProcess(SocketChannel channel) {
            return -1;
        }

        @Override
        public int number(SocketChannel channel) {
            return -1;
        }

        @Override
        public void awaitInput(int number) {
            throw new IllegalArgumentException("there is no descriptor " + number);
        }

        @Override
        public long exhausted() {
            return 0;
        }

        @Override
        public boolean canPass(SocketChannel channel, FileChannel file) {
            return false;
        }

        @Override
        public void send(SocketChannel channel, ByteBuffer bytes, FileChannel file) throws IOException {
            throw new IOException("no descriptor can be passed");
        }

        @Override
        public void trySend(SocketChannel channel, ByteBuffer bytes) {
            // They stay for the next send.
        }
    };

    /**
     * The uid under which the other end of a connection was made; negative if it cannot be told.
     */
    long peer(SocketChannel channel);

    /** The process that has made a connection; negative if it cannot be told. */
    long peerProcess(SocketChannel channel);

    /**
     * The number of a connection's descriptor, for {@link #awaitInput}; negative if it cannot be
     * told.
     */
    int number(SocketChannel channel);

    /**
     * Waits until something can be read, or {@link SocketChannel#shutdownInput} or the other end
     * ends that; an interrupt does not. For platform threads: one that waits in a read is woken for
     * nothing as well, whenever httpd has taken what was sent to it.
     */
    void awaitInput(int number);

    /** How many descriptors this process has if it can have no more; 0 if it can. */
    long exhausted();

    /**
     * Whether {@link #send} can attach this file: a regular one, whose reading nobody could delay.
     */
    boolean canPass(SocketChannel channel, FileChannel file);

    /**
     * Sends at least one byte, with the file's descriptor attached to the first one; waits until
     * some can go.
     *
     * @param bytes a direct buffer
     */
    void send(SocketChannel channel, ByteBuffer bytes, FileChannel file) throws IOException;

    /**
     * Sends what can go without waiting, which may be nothing.
     *
     * @param bytes a direct buffer
     */
    void trySend(SocketChannel channel, ByteBuffer bytes) throws IOException;
}

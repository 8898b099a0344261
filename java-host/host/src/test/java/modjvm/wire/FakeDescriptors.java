package modjvm.wire;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.atomic.AtomicInteger;

/** Descriptors as a test wants them. What is sent without waiting always goes. */
final class FakeDescriptors implements Descriptors {
    volatile long peer = -1;
    volatile boolean canPass;
    volatile long exhausted;
    volatile boolean isFull;
    final AtomicInteger passed = new AtomicInteger();

    @Override
    public long peer(SocketChannel channel) {
        return peer;
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
        throw new AssertionError("nobody has a number");
    }

    @Override
    public long exhausted() {
        return exhausted;
    }

    @Override
    public boolean canPass(SocketChannel channel, FileChannel file) {
        return canPass;
    }

    @Override
    public void send(SocketChannel channel, ByteBuffer bytes, FileChannel file) throws IOException {
        passed.incrementAndGet();
        channel.write(bytes);
    }

    @Override
    public void trySend(SocketChannel channel, ByteBuffer bytes) throws IOException {
        if (!isFull) {
            channel.write(bytes);
        }
    }
}

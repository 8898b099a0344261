package modjvm.launch;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SocketChannel;
import modjvm.wire.Descriptors;

/** Descriptors of a process that the launcher started. */
final class DaemonDescriptors implements Descriptors {
    @Override
    public long peer(SocketChannel channel) {
        return Daemon.peer(channel);
    }

    @Override
    public long peerProcess(SocketChannel channel) {
        return Daemon.peerProcess(channel);
    }

    @Override
    public int number(SocketChannel channel) {
        return Daemon.number(channel);
    }

    @Override
    public void awaitInput(int number) {
        Daemon.awaitInput(number);
    }

    @Override
    public long exhausted() {
        return Daemon.exhaustedDescriptors();
    }

    @Override
    public boolean canPass(SocketChannel channel, FileChannel file) {
        return Daemon.canPass(channel, file);
    }

    @Override
    public void send(SocketChannel channel, ByteBuffer bytes, FileChannel file) throws IOException {
        int count = Daemon.send(channel, bytes, bytes.position(), bytes.remaining(), file);
        bytes.position(bytes.position() + count);
    }

    @Override
    public void trySend(SocketChannel channel, ByteBuffer bytes) throws IOException {
        int count = Daemon.trySend(channel, bytes, bytes.position(), bytes.remaining());
        bytes.position(bytes.position() + count);
    }
}

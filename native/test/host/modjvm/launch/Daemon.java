package modjvm.launch;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SocketChannel;

/** The launcher's methods, as the real host declares them. */
final class Daemon {
    private Daemon() {}

    static native byte[] settings();

    static native byte[] stateFolder();

    static native void report(byte type, byte[] text);

    static native boolean tryReport(byte type, byte[] text);

    static native void awaitCompiler();

    static native int awaitCommand();

    static native long exhaustedDescriptors();

    static native void listenerTaken();

    static native boolean watch(SocketChannel channel, long id);

    static native long awaitHangup();

    static native long peer(SocketChannel channel);
    static native long peerProcess(SocketChannel channel);

    static native int number(SocketChannel channel);

    static native void awaitInput(int number);

    static native boolean canPass(SocketChannel channel, FileChannel file);

    static native int send(SocketChannel channel, ByteBuffer bytes, int at, int length, FileChannel file) throws IOException;

    static native int trySend(SocketChannel channel, ByteBuffer bytes, int at, int length) throws IOException;

    static native boolean openNotices();

    static native int watchPath(byte[] path, int mask);

    static native boolean awaitNotice(int milliseconds);

    static native void wakeWatcher();

    static native long residentBytes();

    static native long edenBytes();

    static native void hollow(byte[] zeros);

    static native void giveBackMemory();

    static native void giveBackStack();

    static native boolean open(Module module, String name);
}

package modjvm.host;

/** The launcher's methods, as the real host declares them. */
final class Daemon {
    private Daemon() {}

    static native byte[] settings();

    static native void report(byte type, byte[] text);

    static native int awaitCommand();

    static native void listenerTaken();

    static native boolean watch(java.nio.channels.SocketChannel channel, long id);

    static native long awaitHangup();
}

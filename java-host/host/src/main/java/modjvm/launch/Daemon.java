package modjvm.launch;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SocketChannel;

/**
 * What the launcher does for the host: it registers these methods before it calls {@link Main#main}
 * (LIFECYCLE.md, section 3).
 */
final class Daemon {
    private Daemon() {}

    /** Returns the pool record. */
    static native byte[] settings();

    /**
     * Returns the path of the pool's state folder, empty where it has none; nobody but its user and
     * root can write there.
     */
    static native byte[] stateFolder();

    /**
     * Sends a lifecycle message.
     *
     * @param type its type, an ASCII letter
     * @param text UTF-8, 1023 bytes at most
     */
    static native void report(byte type, byte[] text);

    /** The same without waiting; returns false if it cannot be sent at once. */
    static native boolean tryReport(byte type, byte[] text);

    /** Returns as soon as no process compiles sources ahead. */
    static native void awaitCompiler();

    /**
     * Waits for the supervisor's next message; returns its type, or -1 when the supervisor has
     * gone.
     */
    static native int awaitCommand();

    /** Puts /dev/null on descriptor 0, in place of the listening socket. */
    static native void listenerTaken();

    /**
     * Watches a connection until it is closed.
     *
     * @param id what {@link #awaitHangup} returns, once, when the peer has closed it
     * @return false if this JDK's channels cannot be watched
     */
    static native boolean watch(SocketChannel channel, long id);

    /**
     * Waits for the next connection that its peer has closed; for one thread. Returns its id, or -1
     * if there is no more to wait for.
     */
    static native long awaitHangup();

    /**
     * The uid under which the other end of a connection was made; negative if it cannot be told.
     */
    static native long peer(SocketChannel channel);

    /** The process that has made a connection; negative if it cannot be told. */
    static native long peerProcess(SocketChannel channel);

    /**
     * The number of a connection's descriptor; negative where this JDK's channels cannot be
     * reached.
     */
    static native int number(SocketChannel channel);

    /**
     * Waits until something can be read from a descriptor, or its other end, or
     * {@link SocketChannel#shutdownInput}, has closed it.
     */
    static native void awaitInput(int number);

    /** How many descriptors this process has if it can have no more; 0 if it can. */
    static native long exhaustedDescriptors();

    /**
     * Whether {@link #send} can attach this file: it can be told here which descriptors these are,
     * and it is a regular file, not on FUSE.
     */
    static native boolean canPass(SocketChannel channel, FileChannel file);

    /**
     * Sends bytes with a file's descriptor attached to the first of them; waits until some can go.
     *
     * @param bytes a direct buffer; its position and limit count for nothing
     * @return how many went
     */
    static native int send(SocketChannel channel, ByteBuffer bytes, int at, int length, FileChannel file)
            throws IOException;

    /** Sends what can go without waiting; returns how many bytes went. */
    static native int trySend(SocketChannel channel, ByteBuffer bytes, int at, int length) throws IOException;

    /** inotify_init1. Returns false where the system has no more to give. */
    static native boolean openNotices();

    /**
     * inotify_add_watch, with IN_MASK_ADD.
     *
     * @param path as the kernel has it, ended by 0
     * @return 0 or an errno
     */
    static native int watchPath(byte[] path, int mask);

    /** Returns true after an event, and false after that time or {@link #wakeWatcher}. */
    static native boolean awaitNotice(int milliseconds);

    /** Ends {@link #awaitNotice}. */
    static native void wakeWatcher();

    /** The process's resident memory; 0 if it cannot be told. */
    static native long residentBytes();

    /**
     * How large the part of the heap is in which objects are made, if our own sizes hold; else 0.
     */
    static native long edenBytes();

    /**
     * Gives the pages of an array back that nothing has been written to, and nothing ever will;
     * where this JVM lets at them.
     */
    static native void hollow(byte[] zeros);

    /** Gives back what the C library and the JDK hold and do not use. */
    static native void giveBackMemory();

    /** Gives back what the current thread's stack holds beyond what is in use. */
    static native void giveBackStack();

    /** Opens a package to all unnamed modules; false where this JDK's modules cannot be reached. */
    static native boolean open(Module module, String name);
}

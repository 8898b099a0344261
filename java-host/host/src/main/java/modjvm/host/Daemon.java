package modjvm.host;

/**
 * What the launcher does for the host: it registers these methods before it calls {@link Main#main}
 * (docs/architecture.md, section 3).
 */
final class Daemon {
    private Daemon() {}

    /** Returns the pool record. */
    static native byte[] settings();

    /**
     * Sends a lifecycle message.
     *
     * @param type its type, an ASCII letter
     * @param text UTF-8, 1023 bytes at most
     */
    static native void report(byte type, byte[] text);

    /** Waits for the supervisor's next message; returns its type, or -1 when the supervisor has gone. */
    static native int awaitCommand();

    /** Puts /dev/null on descriptor 0, in place of the listening socket. */
    static native void listenerTaken();
}

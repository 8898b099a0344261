package modjvm.spi;

/** What a connector may or may not be able to do for an exchange. */
public enum Capability {
    /**
     * The server in front sends a file itself. Without it, {@link Exchange#respond(ResponseHead,
     * java.nio.channels.FileChannel, long)} copies.
     */
    FILE,
    /** Trailer fields reach the client. Without it, they are dropped. */
    TRAILERS,
    /** Interim responses reach the client. Without it, they are dropped. */
    INFORM,
    /**
     * The connection can be upgraded. Without it, {@link Exchange#upgrade} throws
     * {@link UnsupportedOperationException}.
     */
    UPGRADE,
    /**
     * The exchange hears at once of a client that leaves. Without it, only a read or a write finds
     * out.
     */
    ABORT,
    /**
     * Another process can be asked in place of this one. Without it, {@link Exchange#decline} does
     * nothing.
     */
    DECLINE
}

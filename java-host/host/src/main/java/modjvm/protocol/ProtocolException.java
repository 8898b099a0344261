package modjvm.protocol;

import java.util.Objects;

/** A violation of PROTOCOL.md; the connection it came over is closed. */
public final class ProtocolException extends Exception {
    private static final long serialVersionUID = 1L;

    /** The errors of PROTOCOL.md, section 4. */
    public enum Code {
        FRAME_TOO_LARGE,
        UNKNOWN_FRAME,
        BAD_FLAGS,
        BAD_LENGTH,
        BAD_MAGIC,
        BAD_VERSION,
        BAD_STRING,
        BAD_HEADER,
        BAD_STATUS,
        BAD_REASON,
        BAD_LEVEL,
        BAD_SERIAL,
        BAD_RECORD
    }

    private final Code code;

    public ProtocolException(Code code, String detail) {
        super(code + ": " + detail);
        this.code = Objects.requireNonNull(code, "code");
    }

    public Code code() {
        return code;
    }
}

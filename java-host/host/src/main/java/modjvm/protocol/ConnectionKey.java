package modjvm.protocol;

import java.util.Arrays;
import modjvm.protocol.ProtocolException.Code;

/**
 * What a connection shows in its HELLO: random bits that the supervisor has made for one daemon,
 * and that httpd alone knows beside it. Immutable.
 */
public final class ConnectionKey {
    /** Where there is none: no connection has it. */
    public static final ConnectionKey NONE = new ConnectionKey(new byte[0]);

    private final byte[] bytes;

    private ConnectionKey(byte[] bytes) {
        this.bytes = bytes;
    }

    /** Makes one of its bytes. */
    public static ConnectionKey of(byte[] bytes) throws ProtocolException {
        if (bytes.length != Constants.KEY_SIZE) {
            throw new ProtocolException(Code.BAD_LENGTH, "a key has " + Constants.KEY_SIZE + " bytes");
        }
        return new ConnectionKey(bytes.clone());
    }

    /** A copy of its bytes. */
    public byte[] bytes() {
        return bytes.clone();
    }

    /** Not for the key that a stranger shows: this takes longer the more of it is right. */
    @Override
    public boolean equals(Object other) {
        return other instanceof ConnectionKey key && Arrays.equals(bytes, key.bytes);
    }

    @Override
    public int hashCode() {
        return bytes.length;
    }

    /** Not what it is: it might be logged. */
    @Override
    public String toString() {
        return "key";
    }
}

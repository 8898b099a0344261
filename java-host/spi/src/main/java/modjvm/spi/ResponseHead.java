package modjvm.spi;

import java.util.Objects;
import modjvm.Headers;

/**
 * What comes before a response's body. Immutable.
 *
 * @param status 200 to 999
 * @param fields the header fields; a Content-Length among them is left out, {@code length} counts
 * @param length of the body that is written, or that the same request would have had by GET;
 *     {@link #UNKNOWN} if it is not known beforehand
 * @param hasTrailers whether {@link ResponseSink#end} may be called with trailer fields
 */
public record ResponseHead(int status, Headers fields, long length, boolean hasTrailers) {
    /** In place of a length that is not known beforehand. */
    public static final long UNKNOWN = -1;

    /**
     * Checks the arguments.
     *
     * @param status 200 to 999
     * @param fields the header fields
     * @param length of the body, or {@link #UNKNOWN}
     * @param hasTrailers whether trailer fields may follow
     */
    public ResponseHead {
        Objects.requireNonNull(fields, "fields");
        if (length < UNKNOWN) {
            throw new IllegalArgumentException("length " + length);
        }
    }

    /**
     * Makes a head of a response without trailer fields.
     *
     * @param status 200 to 999
     * @param fields the header fields
     * @param length of the body, or {@link #UNKNOWN}
     */
    public ResponseHead(int status, Headers fields, long length) {
        this(status, fields, length, false);
    }
}

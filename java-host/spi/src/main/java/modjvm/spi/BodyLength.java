package modjvm.spi;

import java.io.IOException;
import modjvm.Header;
import modjvm.Headers;

/**
 * Compares what is written of a body with the length that its head has promised. Not thread-safe.
 */
public final class BodyLength {
    private final long promised;
    private long written;
    private boolean isSurplus;

    /**
     * Nothing has been written.
     *
     * @param promised the head's length, or {@link ResponseHead#UNKNOWN}
     */
    public BodyLength(long promised) {
        this.promised = promised;
    }

    /**
     * Counts bytes that are about to be written.
     *
     * @param count how many
     * @throws IOException if these are more than were promised; none of them is counted then
     */
    public void add(int count) throws IOException {
        if (promised >= 0 && count > promised - written) {
            isSurplus = true;
            throw new IOException("more than the Content-Length of " + promised + " bytes");
        }
        written += count;
    }

    /**
     * Tells what is wrong with the length, now that the writer is done.
     *
     * @return the fault, for the error log; empty if there is none
     */
    public String fault() {
        if (isSurplus) {
            return "the response has more than its Content-Length of " + promised + " bytes";
        }
        if (promised >= 0 && written < promised) {
            return "the response has " + written + " bytes of its Content-Length of " + promised;
        }
        return "";
    }

    /**
     * Returns the length that an application has declared with a Content-Length.
     *
     * @param fields the header fields of its response
     * @return the length in bytes; {@link ResponseHead#UNKNOWN} if there is none
     * @throws InvalidResponseException if it is malformed, or there are two that differ
     */
    public static long declared(Headers fields) throws InvalidResponseException {
        long declared = ResponseHead.UNKNOWN;
        for (Header header : fields) {
            if (header.name().equalsIgnoreCase("Content-Length")) {
                long length = length(header.value());
                if (declared >= 0 && declared != length) {
                    throw badLength("two that differ");
                }
                declared = length;
            }
        }
        return declared;
    }

    private static long length(String value) throws InvalidResponseException {
        long length = 0;
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c < '0' || c > '9' || length > Long.MAX_VALUE / 10 - 1) {
                throw badLength(value);
            }
            length = length * 10 + c - '0';
        }
        if (value.isEmpty()) {
            throw badLength("empty");
        }
        return length;
    }

    private static InvalidResponseException badLength(String detail) {
        return new InvalidResponseException("Content-Length: " + detail);
    }
}

package modjvm.spi;

import java.io.IOException;

/** Compares what is written of a body with the length that its head has promised. For connectors. Not thread-safe. */
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
}

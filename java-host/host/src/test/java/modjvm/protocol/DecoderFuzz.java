package modjvm.protocol;

/**
 * What a fuzzer calls (tests/run): whatever httpd's side sends, there are frames or a
 * ProtocolException.
 */
public final class DecoderFuzz {
    private DecoderFuzz() {}

    /** @param data a stream of frames */
    public static void fuzzerTestOneInput(byte[] data) {
        try {
            MutationTest.decode(data);
        } catch (ProtocolException expected) {
            // One of the two outcomes that there may be.
        }
    }
}

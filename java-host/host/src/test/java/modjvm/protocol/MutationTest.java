package modjvm.protocol;

import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import modjvm.record.Record;
import modjvm.record.RecordException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Random changes of the vectors: whatever the bytes, the decoder gives frames or a
 * ProtocolException, and takes finite time.
 */
@Timeout(60)
class MutationTest {
    private static final int ROUNDS_PER_VECTOR = 400;

    @Test
    void shouldNeverBeSurprised() throws IOException {
        long seed = Long.getLong("modjvm.seed", System.nanoTime());
        System.out.println("MutationTest: -Dmodjvm.seed=" + seed);
        Random random = new Random(seed);
        List<Vector> vectors = new java.util.ArrayList<>(Vector.valid("httpd"));
        vectors.addAll(Vector.invalid("httpd"));
        for (Vector vector : vectors) {
            for (int round = 0; round < ROUNDS_PER_VECTOR; round++) {
                byte[] wire = mutate(vector.wire(), random);
                try {
                    decode(wire);
                } catch (ProtocolException expected) {
                    // One of the two outcomes that there may be.
                } catch (RuntimeException | Error e) {
                    fail("seed " + seed + ", " + vector + ", bytes " + Arrays.toString(wire), e);
                }
            }
        }
    }

    private static byte[] mutate(byte[] wire, Random random) {
        byte[] mutated = wire.clone();
        for (int changes = 1 + random.nextInt(4); changes > 0 && mutated.length > 0; changes--) {
            int at = random.nextInt(mutated.length);
            switch (random.nextInt(5)) {
                case 0 -> mutated[at] = (byte) random.nextInt();
                case 1 -> mutated[at] ^= (byte) (1 << random.nextInt(8));
                case 2 -> mutated[at] = (byte) (random.nextBoolean() ? 0 : 0xff);
                case 3 -> mutated = Arrays.copyOf(mutated, at);
                default -> {
                    // A piece repeated: lengths and counts that do not fit any more.
                    byte[] longer = Arrays.copyOf(mutated, mutated.length + mutated.length - at);
                    System.arraycopy(mutated, at, longer, mutated.length, mutated.length - at);
                    mutated = longer;
                }
            }
            // Else most changes of a payload's length would end at the header.
            if (random.nextInt(3) > 0 && mutated.length >= Constants.HEADER_SIZE) {
                ByteBuffer.wrap(mutated).putInt(0, mutated.length - Constants.HEADER_SIZE);
            }
        }
        return mutated;
    }

    static void decode(byte[] wire) throws ProtocolException {
        ByteBuffer in = ByteBuffer.wrap(wire);
        while (in.remaining() >= Constants.HEADER_SIZE) {
            FrameHeader header = FrameHeader.decode(in);
            if (in.remaining() < header.length()) {
                return;
            }
            byte[] payload = new byte[header.length()];
            in.get(payload);
            Frame frame = Decoder.decode(header, payload);
            if (frame instanceof Frame.Request request) {
                readAll(request.head());
            }
        }
    }

    /** What was checked when it was decoded must be there when it is asked for. */
    private static void readAll(RequestHead head) throws ProtocolException {
        for (RequestHead.Text text : RequestHead.Text.values()) {
            head.latin1(text);
        }
        try {
            head.scriptName();
            head.pathInfo();
            head.user();
        } catch (CharacterCodingException expected) {
            // The connection answers 400.
        }
        try {
            Record.parse(head.definition(new byte[0]));
        } catch (RecordException e) {
            throw new AssertionError(e);
        }
        head.headers((name, value) -> {});
        head.variables((name, value) -> {});
    }
}

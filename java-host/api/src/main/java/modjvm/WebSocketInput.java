package modjvm;

import static modjvm.WebSocketOpcode.*;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;

/** Makes messages of frames, answers each Ping. Used by one thread at a time. */
final class WebSocketInput {
    private static final int FINAL = 0x80;
    private static final int RESERVED = 0x70;
    private static final int OPCODE = 0x0f;
    private static final int MASKED = 0x80;
    private static final int LENGTH = 0x7f;
    private static final int LENGTH_16 = 126;
    private static final int LENGTH_64 = 127;
    private static final int START_BYTES = 2;
    private static final int MASK_BYTES = 4;
    private static final int PIECE_BYTES = 64 * 1024; // a multiple of the mask
    private static final byte[] NOTHING = {};

    private final WebSocketSource source;
    private final WebSocketOutput output;
    private final int maxMessageBytes;
    private WebSocketClose close = new WebSocketClose(WebSocketClose.NO_FRAME, "");

    private final ByteBuffer head = ByteBuffer.allocate(START_BYTES + Long.BYTES + MASK_BYTES);
    private boolean isFinal;
    private int opcode;
    private long length;
    private int mask;

    /**
     * The message so far; its kind is that of its first frame, a continuation while there is none.
     */
    private int kind = CONTINUATION;

    private byte[] message = NOTHING;
    private int count;

    WebSocketInput(WebSocketSource source, WebSocketOutput output, int maxMessageBytes) {
        this.source = source;
        this.output = output;
        this.maxMessageBytes = maxMessageBytes;
    }

    /**
     * Reads up to the end of a message.
     *
     * @return the message, or nothing if the client has closed
     * @throws WebSocketViolation if the client has sent what it may not; nothing can be read any
     *     more
     */
    Optional<WebSocketMessage> read() throws IOException, WebSocketViolation {
        try {
            while (true) {
                readHead();
                if (!isControl(opcode)) {
                    readFragment();
                    if (isFinal) {
                        return Optional.of(take());
                    }
                } else if (!readControl()) {
                    return Optional.empty();
                }
            }
        } catch (EOFException e) {
            return Optional.empty();
        }
    }

    /** How the client has closed. */
    WebSocketClose close() {
        return close;
    }

    private void readHead() throws IOException, WebSocketViolation {
        source.read(head.array(), 0, START_BYTES);
        isFinal = (head.get(0) & FINAL) != 0;
        opcode = head.get(0) & OPCODE;
        int shortLength = head.get(1) & LENGTH;
        WebSocketViolation.check((head.get(0) & RESERVED) == 0, "a frame with a reserved bit");
        WebSocketViolation.check((head.get(1) & MASKED) != 0, "a frame without a mask");
        checkOpcode(shortLength);
        int more = shortLength == LENGTH_16 ? Short.BYTES : shortLength == LENGTH_64 ? Long.BYTES : 0;
        source.read(head.array(), START_BYTES, more + MASK_BYTES);
        length = more == 0
                ? shortLength
                : more == Short.BYTES ? Short.toUnsignedInt(head.getShort(START_BYTES)) : head.getLong(START_BYTES);
        mask = head.getInt(START_BYTES + more);
        WebSocketViolation.check(length >= 0, "a frame length of more than 63 bits");
    }

    private void checkOpcode(int shortLength) throws WebSocketViolation {
        WebSocketViolation.check(isKnown(opcode), "a frame of the unknown kind " + opcode);
        if (isControl(opcode)) {
            WebSocketViolation.check(isFinal, "a control frame in fragments");
            WebSocketViolation.check(shortLength <= MAX_CONTROL_BYTES, "too long a control frame");
        } else if (opcode == CONTINUATION) {
            WebSocketViolation.check(kind != CONTINUATION, "a continuation of no message");
        } else {
            WebSocketViolation.check(kind == CONTINUATION, "a message within another");
        }
    }

    /**
     * Reads a Ping, Pong or Close.
     *
     * @return false for a Close
     */
    private boolean readControl() throws IOException, WebSocketViolation {
        byte[] payload = new byte[(int) length];
        readPayload(payload, 0);
        if (opcode == CLOSE) {
            close = WebSocketClose.parse(payload);
            return false;
        }
        if (opcode == PING) {
            output.trySend(PONG, payload);
        }
        return true;
    }

    private void readFragment() throws IOException, WebSocketViolation {
        if (opcode != CONTINUATION) {
            kind = opcode;
        }
        if (length > maxMessageBytes - count) {
            throw new WebSocketViolation(
                    WebSocketClose.TOO_BIG, "a message of more than " + maxMessageBytes + " bytes");
        }
        reserve(count + (int) length);
        readPayload(message, count);
        count += (int) length;
    }

    /**
     * Grows by doubling, so that a message of many fragments is not copied for each; exactly if no
     * other follows.
     */
    private void reserve(int needed) {
        if (needed > message.length) {
            long doubled = Math.min(maxMessageBytes, 2L * message.length);
            message = Arrays.copyOf(message, isFinal ? needed : (int) Math.max(needed, doubled));
        }
    }

    /** Unmasks each piece while the processor's cache still has it. */
    private void readPayload(byte[] bytes, int offset) throws IOException {
        for (int done = 0; done < length; ) {
            int piece = (int) Math.min(PIECE_BYTES, length - done);
            source.read(bytes, offset + done, piece);
            WebSocketMask.apply(mask, bytes, offset + done, piece);
            done += piece;
        }
    }

    private WebSocketMessage take() throws WebSocketViolation {
        WebSocketMessage taken = kind == TEXT
                ? new WebSocketMessage.Text(WebSocketText.decode(message, 0, count))
                : new WebSocketMessage.Binary(count == message.length ? message : Arrays.copyOf(message, count));
        kind = CONTINUATION;
        message = NOTHING;
        count = 0;
        return taken;
    }
}

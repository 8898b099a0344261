package modjvm.wire;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import modjvm.protocol.Constants;
import modjvm.protocol.Encoder;
import modjvm.protocol.Frame;
import modjvm.protocol.ProtocolException;

/**
 * Frames of one request that have not been sent yet: its head may be taken back, and a DATA frame
 * may be growing. Small until that does not suffice. Does no I/O, and is not thread-safe.
 */
final class FrameBuffer {
    private static final int SMALL = 8192;
    private static final int NONE = -1;
    /** Kept free behind DATA, so that the frame which ends a body always fits. */
    private static final int RESERVE = Constants.HEADER_SIZE;

    private final Buffers buffers;
    private final ByteBuffer small = ByteBuffer.allocateDirect(SMALL);
    private ByteBuffer buffer = small;
    private int serial;
    /** Where the response's head starts, as long as it has not left. */
    private int headAt = NONE;
    /** Where the DATA frame starts that is growing. */
    private int dataAt = NONE;

    /** @param buffers where the larger ones come from */
    FrameBuffer(Buffers buffers) {
        this.buffers = buffers;
    }

    /** Frames of this request follow. */
    void begin(int newSerial) {
        serial = newSerial;
    }

    int serial() {
        return serial;
    }

    /** Gives a larger buffer back; what is in it is lost. */
    void release() {
        if (!isSmall()) {
            buffers.giveBack(buffer);
            buffer = small.clear();
        }
    }

    /** Appends a frame, for which there must be room; for the one that ends a body, there always is. */
    void append(Frame frame) throws ProtocolException {
        int at = buffer.position();
        Encoder.encode(frame, buffer);
        if (frame.isHead()) {
            headAt = at;
        }
    }

    /** Takes the response back. @return false if its head is not here */
    boolean retract() {
        if (headAt == NONE) {
            return false;
        }
        buffer.position(headAt);
        headAt = NONE;
        dataAt = NONE;
        return true;
    }

    /**
     * Puts a frame that cannot be wrong, and for which there is room, ahead of what may yet be
     * taken back or added to.
     *
     * @return where it ends
     */
    int insert(Frame frame) {
        int from = buffer.position();
        int at = headAt != NONE ? headAt : dataAt != NONE ? dataAt : from;
        try {
            Encoder.encode(frame, buffer);
        } catch (ProtocolException e) {
            throw new AssertionError(e);
        }
        int length = buffer.position() - from;
        moveLast(length, at);
        return at + length;
    }

    private void moveLast(int length, int at) {
        int from = buffer.position() - length;
        if (at == from) {
            return;
        }
        byte[] last = new byte[length];
        buffer.get(from, last);
        buffer.put(at + length, buffer.duplicate(), at, from - at).put(at, last);
        headAt = headAt == NONE ? NONE : headAt + length;
        dataAt = dataAt == NONE ? NONE : dataAt + length;
    }

    /** Lets a DATA frame begin, for which there must be room. */
    private void beginData() {
        dataAt = buffer.position();
        buffer.position(dataAt + Constants.HEADER_SIZE);
    }

    /**
     * Returns how many bytes the growing DATA frame takes; one begins if there is none, or if it is
     * full.
     *
     * @return 0 if what is here has to be sent first
     */
    int dataRoom() {
        if (dataAt != NONE) {
            int room = roomOfData();
            if (room > 0) {
                return room;
            }
            if (isSmall()) {
                enlarge();
                return dataRoom();
            }
            endData(false);
        }
        if (!hasRoom(Constants.HEADER_SIZE + 1 + RESERVE)) {
            return 0;
        }
        beginData();
        return roomOfData();
    }

    private int roomOfData() {
        return Math.min(Constants.MAX_DATA - dataLength(), buffer.remaining() - RESERVE);
    }

    private int dataLength() {
        return buffer.position() - dataAt - Constants.HEADER_SIZE;
    }

    /** Appends to the growing DATA frame no more than it takes. */
    void put(byte[] bytes, int offset, int length) {
        buffer.put(bytes, offset, length);
    }

    /**
     * Appends bytes of a file to the growing DATA frame.
     *
     * @param most no more than it takes
     * @return how many, negative at the file's end
     */
    int put(FileChannel file, int most) throws IOException {
        int limit = buffer.limit();
        buffer.limit(buffer.position() + most);
        try {
            return file.read(buffer);
        } finally {
            buffer.limit(limit);
        }
    }

    /**
     * No more is added to the growing DATA frame.
     *
     * @param flush whether httpd is to pass it on
     */
    void endData(boolean flush) {
        if (dataAt == NONE) {
            return;
        }
        int length = dataLength();
        if (length == 0) {
            buffer.position(dataAt);
        } else {
            Encoder.dataHeader(buffer, dataAt, length, flush, serial);
        }
        dataAt = NONE;
    }

    /** Has httpd pass to the client what is here of the response. */
    void markFlush() {
        if (dataAt != NONE) {
            endData(true);
        } else if (headAt != NONE) {
            Encoder.markFlush(buffer, headAt);
        }
    }

    /** Whether a frame of that size fits. */
    boolean hasRoom(int bytes) {
        if (buffer.remaining() < bytes + RESERVE) {
            enlarge();
        }
        return buffer.remaining() >= bytes + RESERVE;
    }

    /** Takes a larger buffer, if this is a small one. */
    void enlarge() {
        if (isSmall()) {
            buffer = buffers.take().put(small.flip());
            small.clear();
        }
    }

    /** The bytes to send, all of them; {@link #clear} follows. */
    ByteBuffer content() {
        return buffer.flip();
    }

    /** The bytes up to there; {@link #sent} follows. */
    ByteBuffer content(int end) {
        return buffer.duplicate().position(end).flip();
    }

    /** So many bytes have left. */
    void sent(int count) {
        if (count > 0) {
            buffer.flip().position(count).compact();
            headAt = headAt == NONE ? NONE : headAt - count;
            dataAt = dataAt == NONE ? NONE : dataAt - count;
        }
    }

    /** Everything has left, or will never. */
    void clear() {
        buffer.clear();
        headAt = NONE;
    }

    @SuppressWarnings("ReferenceEquality")
    private boolean isSmall() {
        return buffer == small;
    }
}

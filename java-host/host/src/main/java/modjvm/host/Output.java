package modjvm.host;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import modjvm.protocol.Constants;
import modjvm.protocol.Encoder;
import modjvm.protocol.Frame;
import modjvm.protocol.ProtocolException;

/**
 * What is sent to httpd over one connection, put together until it is sent: a small response leaves in one write. Thread-safe by its lock,
 * because one thread may read a request's body, which sends CREDIT, while another writes the response.
 */
final class Output {
    private static final int SMALL = 8192;
    private static final int NONE = -1;
    /** Kept free behind DATA, so that the frame which ends a body always fits. */
    private static final int RESERVE = Constants.HEADER_SIZE;

    private final WritableByteChannel channel;
    private final Buffers buffers;
    private final ByteBuffer small = ByteBuffer.allocateDirect(SMALL);
    private ByteBuffer buffer = small;
    private int serial;
    /** Where the response's head starts in the buffer, as long as it has not left. */
    private int headAt = NONE;
    /** Where the DATA frame starts that is being filled. */
    private int dataAt = NONE;

    private boolean hasHead;
    private boolean lost;

    Output(WritableByteChannel channel, Buffers buffers) {
        this.channel = channel;
        this.buffers = buffers;
    }

    /** Starts the next request. */
    synchronized void begin(int newSerial) {
        serial = newSerial;
        hasHead = false;
    }

    /** Ends a request; everything of it has been sent, or will never be. */
    synchronized void end() {
        if (!isSmall()) {
            buffers.giveBack(buffer);
            buffer = small.clear();
        }
    }

    /** Appends a frame; it leaves with what comes after it, or with {@link #send}. */
    synchronized void append(Frame frame) throws IOException, ProtocolException {
        endData(false);
        int size = Encoder.sizeOf(frame);
        if (frame instanceof Frame.End) {
            Encoder.encode(frame, buffer);
            return;
        }
        makeRoom(size);
        int at = buffer.position();
        Encoder.encode(frame, buffer);
        if (frame instanceof Frame.Response) {
            headAt = at;
            hasHead = true;
        }
    }

    /** Takes the response back. @return false if some of it has left already */
    synchronized boolean retract() {
        if (headAt != NONE) {
            buffer.position(headAt);
            headAt = NONE;
            dataAt = NONE;
            hasHead = false;
        }
        return !hasHead;
    }

    /** Tells httpd that it may send more, at once. */
    synchronized void credit(long bytes) throws IOException {
        // DATA that leaves on this occasion will not be there any more for a flush to mark.
        endData(true);
        makeRoom(Constants.HEADER_SIZE + Integer.BYTES);
        encode(new Frame.Credit(serial, bytes));
        send();
    }

    /** Appends to the body; what there is no room for sends what came before. */
    synchronized void write(byte[] bytes, int offset, int length) throws IOException {
        for (int at = offset, end = offset + length; at < end; ) {
            int count = Math.min(end - at, dataRoom());
            buffer.put(bytes, at, count);
            at += count;
        }
    }

    /**
     * Appends up to so many bytes of a file to the body.
     *
     * @return how many, negative at the file's end
     */
    synchronized int write(FileChannel file, long length) throws IOException {
        enlarge();
        int room = dataRoom();
        int limit = buffer.limit();
        buffer.limit(buffer.position() + (int) Math.min(length, room));
        try {
            return file.read(buffer);
        } finally {
            buffer.limit(limit);
        }
    }

    /** Sends everything, and has httpd pass it to the client. */
    synchronized void flush() throws IOException {
        if (dataAt != NONE) {
            endData(true);
        } else if (headAt != NONE) {
            Encoder.markFlush(buffer, headAt);
        }
        send();
    }

    /** Sends everything. */
    synchronized void send() throws IOException {
        endData(false);
        if (lost) {
            throw new IOException("the connection to httpd is lost");
        }
        buffer.flip();
        try {
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
        } catch (IOException e) {
            lost = true;
            throw e;
        } finally {
            buffer.clear();
            headAt = NONE;
        }
    }

    /** Whether a write has failed. */
    synchronized boolean isLost() {
        return lost;
    }

    /** Room in the DATA frame that is being filled, at least one byte. */
    private int dataRoom() throws IOException {
        if (dataAt != NONE) {
            int room = Math.min(Constants.MAX_DATA - dataLength(), buffer.remaining() - RESERVE);
            if (room > 0) {
                return room;
            }
            if (isSmall()) {
                enlarge();
                return dataRoom();
            }
            send();
        }
        makeRoom(Constants.HEADER_SIZE + 1 + RESERVE);
        dataAt = buffer.position();
        buffer.position(dataAt + Constants.HEADER_SIZE);
        return Math.min(Constants.MAX_DATA, buffer.remaining() - RESERVE);
    }

    private int dataLength() {
        return buffer.position() - dataAt - Constants.HEADER_SIZE;
    }

    private void endData(boolean flush) {
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

    private void makeRoom(int bytes) throws IOException {
        if (buffer.remaining() < bytes + RESERVE) {
            enlarge();
        }
        if (buffer.remaining() < bytes + RESERVE) {
            send();
        }
    }

    private void enlarge() {
        if (isSmall()) {
            buffer = buffers.take().put(small.flip());
            small.clear();
        }
    }

    @SuppressWarnings("ReferenceEquality")
    private boolean isSmall() {
        return buffer == small;
    }

    private void encode(Frame frame) {
        try {
            Encoder.encode(frame, buffer);
        } catch (ProtocolException e) {
            throw new AssertionError(e);
        }
    }
}

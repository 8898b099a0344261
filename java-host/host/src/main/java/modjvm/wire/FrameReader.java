package modjvm.wire;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import modjvm.GoingAwayException;
import modjvm.protocol.Constants;
import modjvm.protocol.FrameHeader;
import modjvm.protocol.ProtocolException;
import modjvm.protocol.ProtocolException.Code;

/**
 * What httpd sends over one connection, read ahead. Used by one thread at a time: the connection's,
 * or between a request's head and its end the one that holds the lock of the request's body; but
 * {@link #tryLast}, {@link #endTunnel} and {@link #end} are anybody's.
 */
final class FrameReader {
    /** One read takes at least as much as httpd believes it to (PROTOCOL.md, section 3). */
    private static final int SMALL = Constants.RETRY_LIMIT;

    private final SocketChannel channel;
    private final Buffers buffers;
    private final ByteBuffer small = ByteBuffer.allocateDirect(SMALL).flip();
    /** What comes is a tunnel's. Volatile: whoever ends the process asks. */
    private volatile boolean isTunnel;
    /**
     * Nothing more is to come, because the process is about to end. Volatile: another thread says
     * so.
     */
    private volatile boolean isLast;
    /** Volatile: any thread may end it, and whoever hears of it asks. */
    private volatile boolean isEnded;
    /** From position to limit: what was read and not yet taken. */
    private ByteBuffer buffer = small;

    FrameReader(SocketChannel channel, Buffers buffers) {
        this.channel = channel;
        this.buffers = buffers;
    }

    /** Bytes that can be taken without waiting. */
    int pending() {
        return buffer.remaining();
    }

    /**
     * Waits until so many bytes are pending.
     *
     * @param bytes for which there is room in the buffer; a frame's header always has it
     * @return false if the peer closed the connection, and nothing is pending
     * @throws EOFException if it closed it in between
     * @throws GoingAwayException if {@link #tryLast} has ended it
     */
    boolean await(int bytes) throws IOException {
        while (buffer.remaining() < bytes) {
            boolean empty = !buffer.hasRemaining();
            buffer.compact();
            int count;
            try {
                count = channel.read(buffer);
            } finally {
                buffer.flip();
            }
            if (count < 0) {
                if (isLast) {
                    throw new GoingAwayException();
                }
                if (empty) {
                    return false;
                }
                throw lost();
            }
        }
        return true;
    }

    /** From here on what comes is a tunnel's. */
    void openTunnel() {
        isTunnel = true;
    }

    /** It is not any more. */
    synchronized void closeTunnel() {
        isTunnel = false;
    }

    /**
     * Has nothing more come through a tunnel, if this still is one; who reads is woken. Anybody's.
     */
    synchronized void endTunnel() throws IOException {
        if (isTunnel) {
            end();
        }
    }

    /** Has nothing more come; who reads is woken. Anybody's. */
    void end() throws IOException {
        isEnded = true;
        channel.shutdownInput();
    }

    /** Whether this side has ended it: then it is no news that nothing more comes. */
    boolean isEnded() {
        return isEnded;
    }

    /**
     * Makes what has come through a tunnel the last, for who calls is about to end the channel's
     * input; returns false if there is no tunnel.
     */
    boolean tryLast() {
        isLast = isTunnel;
        return isLast;
    }

    /** Takes a frame's header. */
    FrameHeader header() throws IOException, ProtocolException {
        if (!await(Constants.HEADER_SIZE)) {
            throw lost();
        }
        return FrameHeader.decode(buffer);
    }

    /**
     * Waits until a body that comes whole, in one DATA frame, is pending, and the END behind it.
     */
    void awaitWhole() throws IOException, ProtocolException {
        enlarge();
        if (!await(Constants.HEADER_SIZE)) {
            throw lost();
        }
        FrameHeader data = FrameHeader.decode(buffer.duplicate());
        if (data.type() != Constants.FRAME_DATA) {
            throw new ProtocolException(Code.UNKNOWN_FRAME, "type " + data.type() + " where a whole body is due");
        }
        await(Constants.HEADER_SIZE + data.length() + Constants.HEADER_SIZE);
    }

    /** Takes a whole payload, of whatever length. */
    byte[] payload(int length) throws IOException {
        byte[] payload = new byte[length];
        for (int at = 0; at < length; ) {
            at += take(payload, at, length - at);
        }
        return payload;
    }

    /** Takes at least one byte, and waits for it. */
    int take(byte[] bytes, int offset, int length) throws IOException {
        awaitSome();
        int count = Math.min(length, buffer.remaining());
        buffer.get(bytes, offset, count);
        return count;
    }

    /** Takes and forgets. */
    void skip(int length) throws IOException {
        for (int left = length; left > 0; ) {
            awaitSome();
            int count = Math.min(left, buffer.remaining());
            buffer.position(buffer.position() + count);
            left -= count;
        }
    }

    /** Makes reads large, for a body; until {@link #shrink}. */
    void enlarge() {
        if (isSmall()) {
            buffer = buffers.take().put(small).flip();
        }
    }

    /** Gives the large buffer back. */
    void shrink() {
        if (!isSmall() && buffer.remaining() <= small.capacity()) {
            ByteBuffer large = buffer;
            buffer = small.clear().put(large).flip();
            buffers.giveBack(large);
        }
    }

    @SuppressWarnings("ReferenceEquality")
    private boolean isSmall() {
        return buffer == small;
    }

    private void awaitSome() throws IOException {
        if (!buffer.hasRemaining() && !await(1)) {
            throw lost();
        }
    }

    private static EOFException lost() {
        return new EOFException("httpd closed the connection");
    }
}

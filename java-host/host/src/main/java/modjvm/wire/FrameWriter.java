package modjvm.wire;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.locks.ReentrantLock;
import modjvm.protocol.Constants;
import modjvm.protocol.Encoder;
import modjvm.protocol.Frame;
import modjvm.protocol.ProtocolException;
import org.jspecify.annotations.Nullable;

/**
 * What is sent to httpd over one connection, put together until it is sent: a small response leaves
 * in one write. Thread-safe by its lock, because one thread may read a request's body, which sends
 * CREDIT, while another writes the response.
 */
final class FrameWriter {
    private final SocketChannel channel;
    private final Descriptors descriptors;
    private final FrameBuffer buffer;
    /** Not a monitor: who logs must not wait for who sends. */
    private final ReentrantLock lock = new ReentrantLock();

    /** Whether the request's answer, or what may precede that, has begun. */
    private boolean hasAny;

    private boolean hasHead;
    private boolean hasLast;
    private boolean lost;

    FrameWriter(SocketChannel channel, Descriptors descriptors, Buffers buffers) {
        this.channel = channel;
        this.descriptors = descriptors;
        this.buffer = new FrameBuffer(buffers);
    }

    /** Keeps all others from sending; several calls by the same thread are then one. */
    void lock() {
        lock.lock();
    }

    void unlock() {
        lock.unlock();
    }

    /** Starts the next request. */
    void begin(int newSerial) {
        lock.lock();
        try {
            buffer.begin(newSerial);
            hasAny = false;
            hasHead = false;
            hasLast = false;
        } finally {
            lock.unlock();
        }
    }

    /** Ends a request; everything of it has been sent, or will never be. */
    void end() {
        lock.lock();
        try {
            hasLast = true;
            buffer.release();
        } finally {
            lock.unlock();
        }
    }

    /** Appends a frame; it leaves with what comes after it, or with {@link #send}. */
    void append(Frame frame) throws IOException, ProtocolException {
        lock.lock();
        try {
            buffer.endData(false);
            int size = Encoder.sizeOf(frame);
            if (!(frame instanceof Frame.End)) { // for which room was kept
                makeRoom(size);
            }
            buffer.append(frame);
            hasAny = true;
            hasHead |= frame.isHead();
            hasLast |= frame.isLast();
        } finally {
            lock.unlock();
        }
    }

    /** Takes the response back. @return false if some of it has left already */
    boolean retract() {
        lock.lock();
        try {
            if (buffer.retract()) {
                hasHead = false;
                hasLast = false;
            }
            return !hasHead;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Refuses the request, at once.
     *
     * @return false if it is too late: something of an answer was sent, a line for the log for
     *     instance
     */
    boolean refuse(Frame.Refused frame) throws IOException {
        lock.lock();
        try {
            if (hasAny) {
                return false;
            }
            append(frame);
            sendAll(null);
            return true;
        } catch (ProtocolException e) {
            throw new IllegalStateException(e); // it is of one byte
        } finally {
            lock.unlock();
        }
    }

    /**
     * Tells httpd that it may send more, at once. After the answer, there is nothing to tell: httpd
     * ends the body when it has the answer, which therefore leaves now.
     */
    void credit(long bytes) throws IOException {
        lock.lock();
        try {
            if (!hasLast) {
                // DATA that leaves on this occasion will not be there any more for a flush to mark.
                buffer.endData(true);
                hasAny = true;
                makeRoom(Constants.HEADER_SIZE + Integer.BYTES);
                buffer.append(new Frame.Credit(buffer.serial(), bytes));
            }
            sendAll(null);
        } catch (ProtocolException e) {
            throw new IllegalStateException(e); // it is of four bytes
        } finally {
            lock.unlock();
        }
    }

    /**
     * Sends an interim response at once.
     *
     * @return false if it is too late: its response has begun, or another request is at its turn
     */
    boolean inform(Frame.Inform frame) throws IOException, ProtocolException {
        lock.lock();
        try {
            if (frame.serial() != buffer.serial() || hasHead || hasLast) {
                return false;
            }
            append(frame);
            sendAll(null);
            return true;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Sends a line for the error log, if that can be done without waiting for anybody; it precedes
     * what may yet be taken back or added to.
     *
     * @param of the serial of the request that it belongs to
     * @return false if it cannot, or if the request's last frame is there already
     */
    boolean log(int of, int level, String line) {
        int greatest = Math.min(Constants.MAX_MESSAGE, 3 + 3 * line.length()); // three bytes for a char at most
        return tell(new Frame.Log(of, level, line), greatest);
    }

    /** Tells httpd whether a request holds a permit; as {@link #log} does. */
    boolean place(int of, boolean isHeld) {
        return tell(new Frame.Place(of, isHeld), 0);
    }

    /** @param greatest how long its payload can be */
    private boolean tell(Frame frame, int greatest) {
        // Held by this thread: it logs from within what it does here.
        if (lock.isHeldByCurrentThread() || !lock.tryLock()) {
            return false;
        }
        try {
            if (frame.serial() != buffer.serial()
                    || hasLast
                    || lost
                    || !buffer.hasRoom(Constants.HEADER_SIZE + greatest)) {
                return false;
            }
            hasAny = true;
            trySend(buffer.insert(frame));
            return !lost;
        } finally {
            lock.unlock();
        }
    }

    /** Appends to the body; what there is no room for sends what came before. */
    void write(byte[] bytes, int offset, int length) throws IOException {
        lock.lock();
        try {
            for (int at = offset, end = offset + length; at < end; ) {
                int count = Math.min(end - at, dataRoom());
                buffer.put(bytes, at, count);
                at += count;
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Appends up to so many bytes of a file to the body.
     *
     * @return how many, negative at the file's end
     */
    int write(FileChannel file, long length) throws IOException {
        lock.lock();
        try {
            buffer.enlarge();
            return buffer.put(file, (int) Math.min(length, dataRoom()));
        } finally {
            lock.unlock();
        }
    }

    /** Sends everything, and has httpd pass it to the client. */
    void flush() throws IOException {
        lock.lock();
        try {
            buffer.markFlush();
            sendAll(null);
        } finally {
            lock.unlock();
        }
    }

    /** Sends everything. */
    void send() throws IOException {
        lock.lock();
        try {
            sendAll(null);
        } finally {
            lock.unlock();
        }
    }

    /** Whether {@link #send(FileChannel)} can be asked for this file. */
    boolean canPass(FileChannel file) {
        return descriptors.canPass(channel, file);
    }

    /** Sends everything, with a file's descriptor. */
    void send(FileChannel file) throws IOException {
        lock.lock();
        try {
            sendAll(file);
        } finally {
            lock.unlock();
        }
    }

    /** Whether a write has failed. */
    boolean isLost() {
        lock.lock();
        try {
            return lost;
        } finally {
            lock.unlock();
        }
    }

    private void sendAll(@Nullable FileChannel file) throws IOException {
        buffer.endData(false);
        if (lost) {
            throw new IOException("the connection to httpd is lost");
        }
        ByteBuffer content = buffer.content();
        try {
            if (file != null) {
                descriptors.send(channel, content, file);
            }
            while (content.hasRemaining()) {
                channel.write(content);
            }
        } catch (IOException e) {
            lost = true;
            throw e;
        } finally {
            buffer.clear();
        }
    }

    /** Sends what can go at once of the bytes up to here. */
    private void trySend(int end) {
        ByteBuffer first = buffer.content(end);
        try {
            descriptors.trySend(channel, first);
        } catch (IOException e) {
            lost = true;
        }
        buffer.sent(first.position());
    }

    /** Room in the DATA frame that is growing, at least one byte. */
    private int dataRoom() throws IOException {
        int room = buffer.dataRoom();
        if (room == 0) {
            sendAll(null);
            room = buffer.dataRoom();
        }
        return room;
    }

    private void makeRoom(int bytes) throws IOException {
        if (!buffer.hasRoom(bytes)) {
            sendAll(null);
        }
    }
}

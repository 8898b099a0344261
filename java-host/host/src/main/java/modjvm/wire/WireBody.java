package modjvm.wire;

import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import modjvm.GoingAwayException;
import modjvm.Header;
import modjvm.Headers;
import modjvm.protocol.Constants;
import modjvm.protocol.Decoder;
import modjvm.protocol.Frame;
import modjvm.protocol.FrameHeader;
import modjvm.protocol.ProtocolException;
import modjvm.protocol.ProtocolException.Code;
import modjvm.spi.RequestBody;
import org.jspecify.annotations.Nullable;

/**
 * The body of a request as it comes (at its end from the first if there is none), with the credit
 * that lets httpd send it. Thread-safe by its lock: an application may read it in a thread of its
 * own, and may still hold it when the request is over.
 */
final class WireBody extends RequestBody {
    /**
     * Not a monitor: up to Java 23, a virtual thread that waits in one keeps the thread that
     * carries it from all others.
     */
    private final ReentrantLock lock = new ReentrantLock();

    private final FrameReader input;
    private final FrameWriter output;
    private final int serial;
    private final CreditWindow window;
    /** Null where nobody is to be told when it is ready. */
    private final @Nullable WireExchange exchange;

    private long received;
    /** Of the DATA frame at hand: what has not been taken from the input. */
    private int frameLeft;

    private boolean isTunnel;
    private Frame.@Nullable Trailers announced;
    /**
     * Once the application has read the body's end. Volatile: any thread may ask, and must not wait
     * for who reads.
     */
    private volatile Headers trailers = Headers.empty();

    /**
     * Whether a thread waits for more, on behalf of {@link #onReady}. Volatile: that one says so
     * itself.
     */
    private volatile boolean isAwaited;

    private boolean ended;
    private boolean cut;
    private boolean over;
    /**
     * Thrown on by {@link #discard}, so that the connection learns of it whatever the application
     * made of it.
     */
    private @Nullable Exception failure;

    /**
     * Makes the body of a request.
     *
     * @param window has begun the request
     * @param exchange whose it is; null if it is only to be discarded
     */
    WireBody(
            FrameReader input,
            FrameWriter output,
            CreditWindow window,
            FrameHeader request,
            @Nullable WireExchange exchange) {
        this.input = input;
        this.output = output;
        this.window = window;
        this.serial = request.serial();
        this.exchange = exchange;
        this.ended = !request.has(Constants.FLAG_REQUEST_BODY);
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        lock.lock();
        try {
            return take(bytes, offset, length);
        } finally {
            lock.unlock();
        }
    }

    private int take(byte[] bytes, int offset, int length) throws IOException {
        if (over) {
            throw new IOException("the request is over");
        }
        if (length == 0) {
            return 0;
        }
        if (failure != null) {
            throw new IOException("the request's body cannot be read", failure);
        }
        try {
            if (input.pending() >= Constants.HEADER_SIZE) {
                // Looks first whether this is the end: then httpd needs no credit.
                awaitData();
            }
            grant();
            if (!awaitData()) {
                if (cut && isTunnel) {
                    throw new GoingAwayException();
                }
                if (cut) {
                    throw new EOFException("the request's body was cut off");
                }
                return -1;
            }
            int count = input.take(bytes, offset, Math.min(length, frameLeft));
            frameLeft -= count;
            return count;
        } catch (ProtocolException e) {
            failure = e;
            throw new IOException("the request's body cannot be read", e);
        } catch (IOException e) {
            if (!cut) {
                failure = e;
            }
            throw e;
        }
    }

    @Override
    public int available() {
        if (isAwaited) {
            return 0;
        }
        lock.lock();
        try {
            return over ? 0 : Math.min(frameLeft, input.pending());
        } finally {
            lock.unlock();
        }
    }

    /**
     * Ends what comes through a tunnel: a read that waits fails, without harm to what is written.
     * Nothing happens to a body. Does not wait.
     */
    @Override
    public void close() throws IOException {
        input.endTunnel();
    }

    @Override
    public Headers trailers() {
        return trailers;
    }

    @Override
    public boolean isFinished() {
        if (isAwaited) {
            return false; // who waits has the lock
        }
        lock.lock();
        try {
            return ended;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean isReady() {
        return !isAwaited && isReadyNow();
    }

    private boolean isReadyNow() {
        lock.lock();
        try {
            return over || failure != null || hasSome();
        } catch (IOException | ProtocolException e) {
            failure = e;
            return true; // the next read throws
        } finally {
            lock.unlock();
        }
    }

    private boolean hasSome() throws IOException, ProtocolException {
        if (frameLeft == 0 && input.pending() >= Constants.HEADER_SIZE) {
            awaitData();
        }
        boolean isReady = ended || frameLeft > 0 && input.pending() > 0;
        if (!isReady) {
            grant();
        }
        return isReady;
    }

    /** A connection is read by waiting: so this takes a thread, for as long as nothing comes. */
    @Override
    public void onReady(Runnable action) {
        WireExchange owner = exchange;
        if (owner == null) {
            throw new IllegalStateException("there is no exchange");
        }
        if (isAwaited) {
            throw new IllegalStateException("an action waits already");
        }
        if (isReadyNow()) {
            owner.execute(action);
        } else {
            isAwaited = true;
            owner.start(new Runnable() {
                @Override
                public void run() {
                    awaitReady();
                    isAwaited = false;
                    owner.execute(action);
                }
            });
        }
    }

    private void awaitReady() {
        lock.lock();
        try {
            while (!isReadyNow()) {
                if (!input.await(input.pending() + 1)) {
                    return; // httpd has closed the connection: the next read throws
                }
            }
        } catch (IOException e) {
            failure = e;
        } finally {
            lock.unlock();
        }
    }

    /**
     * From here on it is what comes through a tunnel, up to its end. Not for a request with a body,
     * which would stand in the way.
     */
    void openTunnel() {
        lock.lock();
        try {
            isTunnel = true;
            input.openTunnel();
            ended = false;
            window.openTunnel();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Whether the connection failed, or httpd cut the body off: then the application's trouble is
     * nobody's fault.
     */
    boolean isBroken() {
        lock.lock();
        try {
            return failure != null || cut;
        } finally {
            lock.unlock();
        }
    }

    /** Drops what is left, up to the body's end; after that nothing can be read. */
    void discard() throws IOException, ProtocolException {
        lock.lock();
        try {
            over = true;
            input.closeTunnel();
            if (failure instanceof ProtocolException) {
                throw (ProtocolException) failure;
            }
            if (failure != null) {
                throw (IOException) failure;
            }
            while (awaitData()) {
                input.skip(frameLeft);
                frameLeft = 0;
            }
        } finally {
            lock.unlock();
        }
    }

    /** Waits for DATA that has something left; false at the body's end. */
    private boolean awaitData() throws IOException, ProtocolException {
        while (frameLeft == 0 && !ended) {
            FrameHeader header = input.header();
            if (header.serial() != serial) {
                throw new ProtocolException(Code.BAD_SERIAL, header.serial() + " within request " + serial);
            }
            if (announced != null && header.type() != Constants.FRAME_END) {
                throw new ProtocolException(Code.UNKNOWN_FRAME, "type " + header.type() + " after TRAILERS");
            }
            if (header.type() == Constants.FRAME_TRAILERS && !isTunnel) {
                announced = Decoder.trailers(header, input.payload(header.length()));
            } else if (header.type() == Constants.FRAME_END) {
                ended = true;
                cut = header.has(Constants.FLAG_END_CUT);
                if (announced != null && !cut && !over) {
                    trailers = headers(announced);
                }
            } else if (header.type() == Constants.FRAME_DATA) {
                received += header.length();
                if (!window.allows(received)) {
                    throw new ProtocolException(Code.BAD_LENGTH, "DATA beyond the credit");
                }
                frameLeft = header.length();
                if (frameLeft > input.pending()) {
                    input.enlarge();
                }
            } else {
                throw new ProtocolException(Code.UNKNOWN_FRAME, "type " + header.type() + " within a request's body");
            }
        }
        return frameLeft > 0;
    }

    private static Headers headers(Frame.Trailers frame) {
        List<Header> headers = new ArrayList<>(frame.fields().size());
        for (Frame.Field field : frame.fields()) {
            headers.add(new Header(field.name(), WireHead.withoutControls(field.value())));
        }
        return Headers.of(headers);
    }

    /** Lets httpd send more, if it is time for that. */
    private void grant() throws IOException {
        if (ended) {
            return;
        }
        long missing = window.grant(received, frameLeft > 0, received - frameLeft);
        if (missing > 0) {
            output.credit(missing);
        }
    }
}

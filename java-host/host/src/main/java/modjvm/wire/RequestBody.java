package modjvm.wire;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
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
import org.jspecify.annotations.Nullable;

/**
 * The body of a request as it comes (at its end from the first if there is none), with the credit that lets httpd send it. Thread-safe by its lock: an application may read it in a
 * thread of its own, and may still hold it when the request is over.
 */
final class RequestBody extends InputStream {
    /** What may be outstanding, and what once a body has turned out to be long. */
    private static final int WINDOW = 65_536;

    private static final int LARGE_WINDOW = 4 * WINDOW;

    /** Not a monitor: up to Java 23, a virtual thread that waits in one keeps the thread that carries it from all others. */
    private final ReentrantLock lock = new ReentrantLock();

    private final FrameReader input;
    private final FrameWriter output;
    private final int serial;
    private final long contentLength;

    private long granted;
    /** What httpd's first message left of the initial credit; nothing to count on, but no violation either. */
    private long lapsed;

    private boolean credited;
    private long received;
    /** Of the DATA frame at hand: what has not been taken from the input. */
    private int frameLeft;

    private final boolean hasBody;
    /** httpd has sent it to its end, and waits for no credit. */
    private final boolean isWhole;

    private boolean isTunnel;
    private Frame.@Nullable Trailers announced;
    /** Once the application has read the body's end. Volatile: any thread may ask, and must not wait for who reads. */
    private volatile Headers trailers = Headers.empty();

    private boolean ended;
    private boolean cut;
    private boolean over;
    /** Thrown on by {@link #discard}, so that the connection learns of it whatever the application made of it. */
    private @Nullable Exception failure;

    /**
     * @param request the header of the REQUEST frame
     * @param contentLength negative if it is not known
     */
    RequestBody(FrameReader input, FrameWriter output, FrameHeader request, long contentLength) {
        this.input = input;
        this.output = output;
        this.serial = request.serial();
        this.contentLength = contentLength;
        this.isWhole = request.has(Constants.FLAG_REQUEST_WHOLE);
        this.granted = request.has(Constants.FLAG_REQUEST_EXPECT)
                ? 0
                : isWhole ? Constants.MAX_DATA : Constants.INITIAL_CREDIT;
        this.hasBody = request.has(Constants.FLAG_REQUEST_BODY);
        this.ended = !hasBody;
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
        lock.lock();
        try {
            return over ? 0 : Math.min(frameLeft, input.pending());
        } finally {
            lock.unlock();
        }
    }

    /** Ends what comes through a tunnel: a read that waits fails, without harm to what is written. Nothing happens to a body. Does not wait. */
    @Override
    public void close() throws IOException {
        input.endTunnel();
    }

    /** The fields that followed the body; none until it was read to its end. */
    Headers trailers() {
        return trailers;
    }

    /**
     * From here on it is what comes through a tunnel, up to its end.
     *
     * @return false if the request has a body, which stands in the way
     */
    boolean openTunnel() {
        lock.lock();
        try {
            if (hasBody) {
                return false;
            }
            isTunnel = true;
            input.openTunnel();
            ended = false;
            credited = true;
            granted = Constants.INITIAL_CREDIT;
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Whether the connection failed, or httpd cut the body off: then the application's trouble is nobody's fault. */
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
                if (received > granted + lapsed) {
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
            headers.add(new Header(field.name(), ServerRequest.withoutControls(field.value())));
        }
        return Headers.of(headers);
    }

    /** Lets httpd send more: when its first message is used up, later once half of what may be outstanding has been taken. */
    private void grant() throws IOException {
        long taken = received - frameLeft;
        if (ended || isWhole || (credited ? granted >= contentLength && taken < contentLength : frameLeft > 0)) {
            return;
        }
        if (!credited) {
            lapsed = granted - received;
            granted = received;
        }
        int window = taken < WINDOW / 2 ? WINDOW : LARGE_WINDOW;
        long missing = window - (granted - taken);
        if (!credited || missing >= window / 2) {
            credited = true;
            granted += missing;
            output.credit(missing);
        }
    }
}

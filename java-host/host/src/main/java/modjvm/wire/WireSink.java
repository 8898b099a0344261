package modjvm.wire;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.Objects;
import modjvm.Headers;
import modjvm.spi.BodyLength;
import modjvm.spi.ResponseHead;
import modjvm.spi.ResponseSink;

/**
 * Takes the body of a response, or what goes into a tunnel. Refuses more than was promised.
 * Thread-safe by the lock of the output: a writer may use threads of its own, and may still hold it
 * when the response is over.
 */
final class WireSink extends ResponseSink {
    private static final int SERVER_ERROR = 500;

    private final WireExchange exchange;
    private final FrameWriter output;
    private final boolean takesBody;
    private final boolean hasBody;
    private final boolean hasTrailers;
    private final BodyLength body;
    private boolean isClosed;
    private boolean isEnded;

    /**
     * Makes the sink of a response whose head is in the output.
     *
     * @param takesBody whether what is written counts
     * @param hasBody whether DATA and END follow the head
     */
    WireSink(WireExchange exchange, FrameWriter output, boolean takesBody, boolean hasBody, ResponseHead head) {
        this.exchange = exchange;
        this.output = output;
        this.takesBody = takesBody;
        this.hasBody = hasBody;
        this.hasTrailers = head.hasTrailers();
        this.body = new BodyLength(head.length());
    }

    @Override
    public boolean takesBody() {
        return takesBody;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        output.lock();
        try {
            checkOpen();
            if (!takesBody) {
                return;
            }
            body.add(length);
            output.write(bytes, offset, length);
        } finally {
            output.unlock();
        }
    }

    /**
     * Writes up to so many bytes of a file, from its position on.
     *
     * @return how many, negative at the file's end
     */
    int write(FileChannel file, long length) throws IOException {
        output.lock();
        try {
            int count = output.write(file, length);
            body.add(Math.max(0, count));
            return count;
        } finally {
            output.unlock();
        }
    }

    @Override
    public void flush() throws IOException {
        output.lock();
        try {
            checkOpen();
            if (hasBody) { // else the head is all there is, and leaves with the end
                output.flush();
            }
        } finally {
            output.unlock();
        }
    }

    @Override
    public void close() {
        output.lock();
        try {
            isClosed = true;
        } finally {
            output.unlock();
        }
    }

    /**
     * The response is taken back, or broken off: its end is none of this sink's business any more.
     */
    void cancel() {
        output.lock();
        try {
            isClosed = true;
            isEnded = true;
        } finally {
            output.unlock();
        }
    }

    @Override
    public void end(Headers trailers) throws IOException {
        String fault;
        output.lock();
        try {
            isClosed = true;
            if (isEnded) {
                return;
            }
            isEnded = true;
            fault = takesBody ? body.fault() : "";
        } finally {
            output.unlock();
        }
        if (fault.isEmpty()) {
            exchange.endResponse(hasBody, hasTrailers, trailers);
        } else {
            exchange.fail(SERVER_ERROR, fault);
        }
    }

    private void checkOpen() throws IOException {
        if (isClosed) {
            throw new IOException("the response is closed");
        }
    }
}

package modjvm.coyote;

import java.io.IOException;
import java.nio.ByteBuffer;
import modjvm.Header;
import modjvm.Headers;
import modjvm.spi.Exchange;
import org.apache.coyote.InputBuffer;
import org.apache.coyote.Request;
import org.apache.tomcat.util.buf.ByteChunk;
import org.apache.tomcat.util.net.ApplicationBufferHandler;
import org.apache.tomcat.util.net.SocketEvent;
import org.jspecify.annotations.Nullable;

/**
 * The body of a request. Used by one thread at a time: by who serves the request, or, after
 * {@link #prefetch}, by a thread that waits for the next bytes and hands them over with an event.
 */
final class RequestInput implements InputBuffer {
    private static final int BUFFER_BYTES = 16_384;

    private final Exchange exchange;
    private final ExchangeSocket socket;
    private final long length;
    private byte[] buffer = {};
    /** What has been read and not been taken. */
    private ByteBuffer ready = ByteBuffer.wrap(buffer);

    private long received;
    private boolean isEnded;
    private @Nullable IOException failure;
    private @Nullable Request request;

    RequestInput(Exchange exchange, ExchangeSocket socket) {
        this.exchange = exchange;
        this.socket = socket;
        this.length = exchange.head().contentLength().orElse(-1);
        this.isEnded = !exchange.head().hasBody();
    }

    /** To be called once, before all else. */
    void belongsTo(Request coyote) {
        request = coyote;
    }

    @Override
    public int doRead(ApplicationBufferHandler handler) throws IOException {
        if (!ready.hasRemaining()) {
            fill();
        }
        if (failure != null) {
            throw failure;
        }
        if (!ready.hasRemaining()) {
            return -1;
        }
        ByteBuffer taken = ready;
        int count = taken.remaining();
        handler.setByteBuffer(taken.duplicate());
        taken.position(taken.limit());
        return count;
    }

    /**
     * What can be had without waiting; 1 in place of a failure, so that somebody reads and gets it.
     */
    @Override
    public int available() {
        if (failure != null) {
            return 1;
        }
        if (ready.hasRemaining()) {
            return ready.remaining();
        }
        return !isEnded && exchange.body().isReady() ? 1 : 0;
    }

    /** Whether nothing will come any more. */
    boolean isFinished() {
        return isEnded && !ready.hasRemaining() && failure == null;
    }

    /** Whether the body has come as a whole, and so what follows it. */
    boolean isEnded() {
        return isEnded;
    }

    /** From now on the body is this: a login by form has kept it from an earlier request. */
    void replace(ByteChunk body) {
        ready = ByteBuffer.wrap(body.getBytes(), body.getStart(), body.getLength());
        isEnded = true;
    }

    /** Has another thread wait for the next bytes, or the body's end; an event tells of either. */
    void prefetch() {
        socket.execute(() -> {
            fill();
            socket.processSocket(SocketEvent.OPEN_READ, true);
        });
    }

    private void fill() {
        if (isEnded || failure != null) {
            return;
        }
        if (buffer.length == 0) {
            buffer = new byte[length > 0 && length < BUFFER_BYTES ? (int) length : BUFFER_BYTES];
        }
        try {
            int count = exchange.body().read(buffer, 0, buffer.length);
            ready = ByteBuffer.wrap(buffer, 0, Math.max(0, count));
            received += ready.remaining();
            if (count < 0 || received == length) {
                end(count < 0);
            }
        } catch (IOException e) {
            failure = e;
        }
    }

    private void end(boolean isSeen) throws IOException {
        isEnded = isSeen || exchange.body().read(new byte[1], 0, 1) < 0;
        if (!isEnded) {
            throw new IOException("the request's body is longer than its Content-Length");
        }
        Headers trailers = exchange.body().trailers();
        if (request != null) {
            for (Header trailer : trailers) {
                request.getMimeTrailerFields().addValue(trailer.name()).setString(trailer.value());
            }
        }
    }
}

package modjvm.httpserver;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Objects;
import modjvm.Headers;
import modjvm.spi.ResponseSink;
import org.jspecify.annotations.Nullable;

/**
 * What a handler writes to. There before the response begins, so that filters can wrap it. Used by
 * one thread at a time.
 */
final class ResponseBody extends OutputStream {
    private final Runnable onEnd;
    private @Nullable ResponseSink sink;
    /** How many bytes are still to be written; negative if that is not known. */
    private long left;

    private boolean isClosed;

    /** @param onEnd is told when the response has ended */
    ResponseBody(Runnable onEnd) {
        this.onEnd = onEnd;
    }

    /**
     * The response has begun. It ends at once if nothing of a body is sent; what is written all the
     * same is dropped.
     */
    void open(ResponseSink begun, long length) throws IOException {
        sink = begun;
        left = length;
        if (!begun.takesBody()) {
            close();
        }
    }

    private ResponseSink opened() throws IOException {
        if (sink == null) {
            throw new IOException("response headers not sent yet");
        }
        if (isClosed && sink.takesBody()) {
            throw new IOException("stream closed");
        }
        return sink;
    }

    @Override
    public void write(int octet) throws IOException {
        write(new byte[] {(byte) octet}, 0, 1);
    }

    /** A body of known length ends with its last byte: not everybody closes it. */
    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        ResponseSink to = opened();
        Objects.checkFromIndexSize(offset, length, bytes.length);
        if (!to.takesBody()) {
            return;
        }
        if (left >= 0 && length > left) {
            throw new IOException("too many bytes to write to stream");
        }
        to.write(bytes, offset, length);
        if (left > 0) {
            left -= length;
            if (left == 0) {
                close();
            }
        }
    }

    @Override
    public void flush() throws IOException {
        if (sink != null && !isClosed) {
            sink.flush();
        }
    }

    /** Ends the response; if bytes are missing, it is broken off. */
    @Override
    public void close() throws IOException {
        if (isClosed || sink == null) {
            return;
        }
        isClosed = true;
        try {
            sink.end(Headers.empty());
        } finally {
            onEnd.run();
        }
    }
}

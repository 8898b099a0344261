package modjvm.coyote;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import modjvm.Headers;
import modjvm.spi.Exchange;
import modjvm.spi.ResponseHead;
import modjvm.spi.ResponseSink;
import org.apache.coyote.ActionCode;
import org.apache.coyote.OutputBuffer;
import org.apache.coyote.Response;
import org.apache.tomcat.util.net.SocketEvent;
import org.jspecify.annotations.Nullable;

/**
 * The response of an exchange. Used by one thread at a time. Where the application has a
 * WriteListener, what it writes is put by, and a thread of its own sends it, so that the
 * application does not wait for the client.
 */
final class ResponseOutput implements OutputBuffer {
    private final Exchange exchange;
    private final ExchangeSocket socket;
    private @Nullable Response response;
    private @Nullable ResponseSink sink;
    private @Nullable WriteBehind behind;
    /** A body that is not to be sent: HEAD's, or that of a status without one. */
    private boolean isDiscarding;

    /** Whether the head that was sent lets trailers follow. */
    private boolean takesTrailers;

    private boolean isFinished;
    private long written;
    private String fault = "the servlet container sent no response";

    ResponseOutput(Exchange exchange, ExchangeSocket socket) {
        this.exchange = exchange;
        this.socket = socket;
    }

    /** To be called once, before all else. */
    void belongsTo(Response coyote) {
        response = coyote;
    }

    /** Sends the head, at the latest with the body's first bytes. */
    void begin(ResponseHead head) throws IOException {
        takesTrailers = head.hasTrailers();
        ResponseSink opened = exchange.respond(head);
        isDiscarding = !opened.takesBody();
        sink = opened;
    }

    /** Sends the head and a part of a file; nothing more will come. */
    void sendFile(ResponseHead head, Path path, long offset) throws IOException {
        try (FileChannel file = FileChannel.open(path, StandardOpenOption.READ)) {
            exchange.respond(head, file, offset);
        }
        isDiscarding = true;
        isFinished = true;
    }

    /** Another process answers. */
    void declined() {
        isDiscarding = true;
        isFinished = true;
    }

    /** Nothing of the body is sent from now on. */
    void discard() {
        isDiscarding = true;
    }

    @Override
    public int doWrite(ByteBuffer chunk) throws IOException {
        Response coyote = response;
        if (coyote != null && !coyote.isCommitted()) {
            coyote.action(ActionCode.COMMIT, null);
        }
        int count = chunk.remaining();
        if (isDiscarding || sink == null) {
            chunk.position(chunk.limit());
            return count;
        }
        try {
            write(coyote, sink, bytes(chunk));
        } catch (IOException e) {
            if (coyote != null) {
                coyote.action(ActionCode.CLOSE_NOW, e);
            }
            throw e;
        }
        written += count;
        return count;
    }

    private void write(@Nullable Response coyote, ResponseSink to, ByteBuffer bytes) throws IOException {
        dropStrayInterrupt();
        if (behind == null && coyote != null && coyote.getWriteListener() != null) {
            behind = new WriteBehind(to, socket);
        }
        if (behind == null) {
            to.write(bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining());
        } else {
            behind.add(bytes);
        }
    }

    private static ByteBuffer bytes(ByteBuffer chunk) {
        ByteBuffer bytes = chunk.duplicate();
        if (!chunk.hasArray()) {
            bytes = ByteBuffer.allocate(chunk.remaining()).put(bytes).flip();
        }
        chunk.position(chunk.limit());
        return bytes;
    }

    boolean takesTrailers() {
        return takesTrailers;
    }

    @Override
    public long getBytesWritten() {
        return written;
    }

    /** Passes on what was written so far. */
    void flush() throws IOException {
        dropStrayInterrupt();
        if (behind != null) {
            behind.flush();
        } else if (sink != null && !isFinished) {
            sink.flush();
        }
    }

    /** Ends the response. */
    void finish(Headers trailers) throws IOException {
        if (isFinished || sink == null) {
            return;
        }
        dropStrayInterrupt();
        if (behind != null) {
            behind.awaitWritten();
        }
        isFinished = true;
        sink.end(trailers);
    }

    /** An interrupt that the application has left behind would close the connection. */
    private void dropStrayInterrupt() {
        if (Thread.currentThread().isInterrupted() && !exchange.isAborted()) {
            Thread.interrupted();
        }
    }

    /** Whether some of what was put by has not been sent. */
    boolean hasPending() {
        return behind != null && behind.isPending();
    }

    /** Has an event tell when all that was put by has been sent. */
    void tellWhenWritten() {
        if (behind != null) {
            behind.tellWhenWritten();
        } else {
            socket.processSocket(SocketEvent.OPEN_WRITE, true);
        }
    }

    /** Why the response will not be finished. */
    void breaks(@Nullable Throwable why) {
        if (why != null) {
            fault = why.toString();
        }
    }

    /** In place of the response, or to break it off. */
    void failUnlessFinished() throws IOException {
        if (!isFinished) {
            isFinished = true;
            exchange.fail(500, fault);
        }
    }
}

package modjvm.wire;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ThreadFactory;
import modjvm.Header;
import modjvm.Headers;
import modjvm.protocol.Constants;
import modjvm.protocol.Frame;
import modjvm.protocol.FrameHeader;
import modjvm.protocol.ProtocolException;
import modjvm.spi.AbstractExchange;
import modjvm.spi.Capability;
import modjvm.spi.InvalidResponseException;
import modjvm.spi.LogLevel;
import modjvm.spi.Permit;
import modjvm.spi.RequestBody;
import modjvm.spi.RequestHead;
import modjvm.spi.ResponseHead;
import modjvm.spi.ResponseSink;
import modjvm.spi.Tunnel;
import org.jspecify.annotations.Nullable;

/** One admitted request from httpd, and what is sent in answer to it (PROTOCOL.md, section 3). */
final class WireExchange extends AbstractExchange {
    private static final int SWITCHING_PROTOCOLS = 101;
    private static final int NO_CONTENT = 204;
    private static final int NOT_MODIFIED = 304;
    private static final int SERVER_ERROR = 500;

    private final FrameWriter output;
    private final ThreadFactory threads;
    private final int serial;
    private final WireHead head;
    private final WireBody body;
    private @Nullable WireSink sink;
    private int interims;
    private boolean isBrokenOff;

    /**
     * Makes the exchange of a request whose head has been read.
     *
     * @param header of the REQUEST frame
     * @param window has begun the request
     * @param threads makes one where somebody wants to be told that the body goes on
     */
    WireExchange(
            FrameReader input,
            FrameWriter output,
            FrameHeader header,
            CreditWindow window,
            WireHead head,
            Permit permit,
            ThreadFactory threads) {
        super(permit);
        this.output = output;
        this.threads = threads;
        this.serial = header.serial();
        this.head = head;
        this.body = new WireBody(input, output, window, header, this);
    }

    /**
     * Drops what is left of the request's body.
     *
     * @return whether the connection can be used for a further request
     * @throws IOException if the connection is lost
     * @throws ProtocolException if httpd violated the protocol in the request's body
     */
    boolean finish() throws IOException, ProtocolException {
        if (isBrokenOff) {
            return false;
        }
        body.discard();
        return true;
    }

    /** Runs a task on a thread of its own. */
    void start(Runnable task) {
        threads.newThread(task).start();
    }

    @Override
    public RequestHead head() {
        return head;
    }

    @Override
    public RequestBody body() {
        return body;
    }

    @Override
    public boolean log(LogLevel level, String line) {
        return output.log(serial, number(level), line);
    }

    @Override
    public boolean can(Capability capability) {
        return true;
    }

    @Override
    public boolean isLost() {
        return isAborted() || output.isLost();
    }

    @Override
    public boolean isBodyBroken() {
        return body.isBroken();
    }

    @Override
    protected ResponseSink open(ResponseHead response) throws IOException {
        int status = response.status();
        boolean takesBody = takesBody(status);
        boolean hasBody = takesBody && (response.length() != 0 || response.hasTrailers());
        long length = status == NO_CONTENT ? Frame.LENGTH_UNKNOWN : response.length();
        append(new Frame.Response(serial, hasBody, false, status, length, fields(response.fields())));
        WireSink opened = new WireSink(this, output, takesBody, hasBody, response);
        sink = opened;
        return opened;
    }

    @Override
    protected void send(ResponseHead response, FileChannel file, long offset) throws IOException {
        int status = response.status();
        long length = response.length();
        if (status != NO_CONTENT && status != NOT_MODIFIED && output.canPass(file)) {
            append(new Frame.FileResponse(serial, status, length, offset, fields(response.fields())));
            ending();
            output.send(file);
            return;
        }
        respond(response);
        copy(file, offset, length);
    }

    private void copy(FileChannel file, long offset, long length) throws IOException {
        WireSink copy = Objects.requireNonNull(sink, "sink");
        if (copy.takesBody()) {
            file.position(offset);
            for (long left = length; left > 0; ) {
                int count = copy.write(file, left);
                if (count < 0) {
                    fail(SERVER_ERROR, "the file has become shorter than the " + length + " bytes promised");
                    return;
                }
                left -= count;
            }
        }
        copy.end(Headers.empty());
    }

    @Override
    protected Tunnel openTunnel(Headers fields) throws IOException {
        append(new Frame.Upgraded(serial, fields(fields)));
        body.openTunnel();
        upgrading(); // it is no request in flight any more, but drained like one
        output.send();
        WireSink out = new WireSink(
                this, output, true, true, new ResponseHead(SWITCHING_PROTOCOLS, fields, ResponseHead.UNKNOWN));
        sink = out;
        return new WireTunnel(body, out);
    }

    @Override
    protected void sendInterim(int status, Headers fields) throws IOException {
        if (interims == Constants.MAX_INFORMS) {
            throw new IllegalStateException("more than " + interims + " interim responses");
        }
        List<Frame.Field> list = new ArrayList<>(fields.size());
        for (Header field : fields) {
            list.add(new Frame.Field(field.name(), field.value()));
        }
        try {
            if (!output.inform(new Frame.Inform(serial, status, list))) {
                throw new IllegalStateException("an interim response after the response has begun");
            }
        } catch (ProtocolException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
        interims++;
    }

    @Override
    protected boolean sendDecline() throws IOException {
        return output.refuse(new Frame.Refused(serial, Frame.Reason.ELSEWHERE));
    }

    @Override
    protected void sendFailure(int status, String reason) throws IOException {
        finishing();
        isBrokenOff = !takeBack();
        append(isBrokenOff ? new Frame.Abort(serial, reason) : new Frame.Failed(serial, status, reason));
        ending();
        output.send();
    }

    @Override
    protected void holds(boolean isPlaceHeld) {
        output.place(serial, isPlaceHeld);
    }

    @Override
    protected boolean takeBack() {
        if (sink != null) {
            sink.cancel();
        }
        return output.retract();
    }

    /**
     * Sends the end of a response.
     *
     * @param hasBody whether END is due
     * @param hasTrailers whether TRAILERS may come before it
     */
    void endResponse(boolean hasBody, boolean hasTrailers, Headers trailers) throws IOException {
        finishing();
        if (hasBody && hasTrailers && trailers.size() > 0) {
            append(new Frame.Trailers(serial, fields(trailers)));
        }
        ending();
        if (hasBody) {
            append(new Frame.End(serial, false));
        }
        output.send();
    }

    private void append(Frame frame) throws IOException {
        try {
            output.append(frame);
        } catch (ProtocolException e) {
            throw new InvalidResponseException(String.valueOf(e.getMessage()));
        }
    }

    /** A Content-Length is not among them: httpd makes one of the head's length. */
    private static List<Frame.Field> fields(Headers headers) {
        Frame.Field[] fields = new Frame.Field[headers.size()];
        int count = 0;
        for (Header header : headers) {
            if (!header.name().equalsIgnoreCase("Content-Length")) {
                fields[count++] = new Frame.Field(header.name(), header.value());
            }
        }
        return List.of(count == fields.length ? fields : Arrays.copyOf(fields, count));
    }

    private static int number(LogLevel level) {
        return switch (level) {
            case ERROR -> Constants.LEVEL_ERROR;
            case WARNING -> 4;
            case NOTICE -> 5;
            case INFO -> 6;
            case DEBUG -> 7;
            case TRACE -> Constants.LEVEL_TRACE;
        };
    }
}

package modjvm.wire;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.List;
import modjvm.Body;
import modjvm.GoingAwayException;
import modjvm.Header;
import modjvm.Headers;
import modjvm.Response;
import modjvm.logging.LogSink;
import modjvm.logging.RequestLog;
import modjvm.protocol.Frame;
import modjvm.protocol.ProtocolException;
import modjvm.protocol.RequestHead;
import modjvm.server.Admission;

/** Sends one response, or says why there is none. Used by the connection's thread. */
final class Reply implements LogSink {
    private static final int NO_CONTENT = 204;
    private static final int NOT_MODIFIED = 304;
    private static final int SERVER_ERROR = 500;

    private final FrameWriter output;
    private final int serial;
    private final RequestHead head;
    private final boolean isHead;
    private final Admission.Permit permit;
    private boolean aborted;

    /** @param permit released when the response is whole but for its last bytes, which are about to leave */
    Reply(FrameWriter output, int serial, RequestHead head, Admission.Permit permit) {
        this.output = output;
        this.serial = serial;
        this.head = head;
        this.isHead = head.method().equals("HEAD");
        this.permit = permit;
    }

    /**
     * Sends a response.
     *
     * @param requestBody what a tunnel's bytes come through
     * @throws IOException from the connection, or from the application's writer
     * @throws Exception from the application's handler of an upgrade
     */
    void send(Response response, RequestBody requestBody) throws Exception {
        Body body = response.body();
        if (body instanceof Body.File file) {
            sendFile(response, file);
        } else if (body instanceof Body.FileBelow file) {
            sendFile(response, file);
        } else if (body instanceof Body.Stream stream) {
            sendStream(response, stream);
        } else if (body instanceof Body.Input input) {
            try (InputStream in = input.stream()) {
                sendStream(response, new Body.Stream(in::transferTo));
            }
        } else if (body instanceof Body.Upgrade upgrade) {
            sendUpgrade(response, upgrade, requestBody);
        } else if (body instanceof Body.Bytes content) {
            sendBytes(response, content.bytes());
        } else {
            sendBytes(response, new byte[0]);
        }
    }

    /** Tells httpd that the request failed: in place of the response, or by breaking it off. */
    void fail(int status, String message) throws IOException {
        aborted = !output.retract();
        try {
            output.append(aborted ? new Frame.Abort(serial, message) : new Frame.Failed(serial, status, message));
        } catch (ProtocolException e) {
            throw new AssertionError(e);
        }
        finish();
    }

    @Override
    public boolean log(int level, String line) {
        return output.log(level, line);
    }

    @Override
    public String logId() {
        return head.logId();
    }

    /** Whether a response was broken off: then the connection cannot be used any more. */
    boolean isAborted() {
        return aborted;
    }

    private void sendBytes(Response response, byte[] bytes) throws IOException, ProtocolException {
        if (begin(response, bytes.length)) {
            output.write(bytes, 0, bytes.length);
            end(response);
        }
    }

    private void sendStream(Response response, Body.Stream body) throws IOException, ProtocolException {
        if (!begin(response, Frame.LENGTH_UNKNOWN)) {
            return;
        }
        ResponseStream stream = new ResponseStream(output, promised(response));
        try {
            body.writer().write(stream);
        } finally {
            stream.close();
            RequestLog.finishLines();
            // Otherwise it would close the connection at the next write.
            Thread.interrupted();
        }
        String fault = stream.fault();
        if (fault.isEmpty()) {
            end(response);
        } else {
            fail(SERVER_ERROR, fault);
        }
    }

    private void sendFile(Response response, Body.File body) throws IOException, ProtocolException {
        try (FileChannel file = ServedFile.open(body.path())) {
            long size = file.size();
            long length = body.length().orElse(Math.max(0, size - body.offset()));
            if (length > size - body.offset()) {
                fail(
                        SERVER_ERROR,
                        body.path() + " has " + size + " bytes, too few for " + length + " from " + body.offset()
                                + " on");
                return;
            }
            sendFile(response, file, body.offset(), length);
        } catch (ServedFile.Unavailable e) {
            begin(Response.status(e.status()), 0);
        }
    }

    private void sendFile(Response response, Body.FileBelow body) throws IOException, ProtocolException {
        try (FileChannel file = ServedFile.open(body)) {
            sendFile(response, file, 0, file.size());
        } catch (ServedFile.Unavailable e) {
            begin(Response.status(e.status()), 0);
        }
    }

    private void sendFile(Response response, FileChannel file, long offset, long length)
            throws IOException, ProtocolException {
        int status = response.status();
        long promised = promised(response);
        if (status != NO_CONTENT
                && status != NOT_MODIFIED
                && (promised < 0 || promised == length)
                && output.canPass(file)) {
            output.append(new Frame.FileResponse(serial, status, length, offset, fields(response)));
            permit.release();
            output.send(file);
            return;
        }
        if (!begin(response, length)) {
            return;
        }
        file.position(offset);
        for (long left = length; left > 0; ) {
            int count = output.write(file, left);
            if (count < 0) {
                fail(SERVER_ERROR, "the file has become shorter than the " + length + " bytes promised");
                return;
            }
            left -= count;
        }
        end(response);
    }

    /** The other protocol begins at once; what the client sends of it comes as the request's body. */
    private void sendUpgrade(Response response, Body.Upgrade upgrade, RequestBody tunnel) throws Exception {
        if (!tunnel.openTunnel()) {
            fail(SERVER_ERROR, "an upgrade in answer to a request with a body");
            return;
        }
        output.append(new Frame.Upgraded(serial, fields(response)));
        permit.release(); // it is no request in flight any more, but drained like one
        output.send();
        ResponseStream out = new ResponseStream(output, Frame.LENGTH_UNKNOWN);
        try {
            converse(upgrade, tunnel, out);
        } finally {
            out.close();
            RequestLog.finishLines();
            Thread.interrupted();
        }
        output.append(new Frame.End(serial, false));
        output.send();
    }

    private static void converse(Body.Upgrade upgrade, RequestBody tunnel, ResponseStream out) throws Exception {
        try {
            upgrade.handler().handle(tunnel, out);
        } catch (GoingAwayException e) {
            return; // a handler that does not catch it has nothing more to say
        }
    }

    /**
     * Puts the head into the output.
     *
     * @param length of the body; {@link Frame#LENGTH_UNKNOWN} for a stream
     * @return false if that was all there is to send, and it has left
     */
    private boolean begin(Response response, long length) throws IOException, ProtocolException {
        int status = response.status();
        long promised = promised(response);
        boolean bodiless = isHead || status == NO_CONTENT || status == NOT_MODIFIED;
        boolean isStream = length == Frame.LENGTH_UNKNOWN;
        if (!bodiless && !isStream && promised >= 0 && promised != length) {
            fail(SERVER_ERROR, "the response has " + length + " bytes, its Content-Length says " + promised);
            return false;
        }
        long stated = promised >= 0 ? promised : length;
        if (status == NO_CONTENT
                || bodiless && promised < 0 && (status == NOT_MODIFIED || response.body() instanceof Body.Empty)) {
            // Nothing is known of the length that the same request would have had by GET, or without its condition.
            stated = Frame.LENGTH_UNKNOWN;
        }
        boolean hasBody = !bodiless && (isStream || length > 0 || response.hasTrailers());
        output.append(new Frame.Response(serial, hasBody, false, status, stated, fields(response)));
        if (!hasBody) {
            finish();
        }
        return hasBody;
    }

    private void end(Response response) throws IOException, ProtocolException {
        if (response.hasTrailers()) {
            output.append(new Frame.Trailers(serial, fields(response.trailers().get())));
        }
        output.append(new Frame.End(serial, false));
        finish();
    }

    private void finish() throws IOException {
        permit.release();
        output.send();
    }

    private static List<Frame.Field> fields(Response response) {
        return fields(response.headers());
    }

    private static List<Frame.Field> fields(Headers headers) {
        List<Frame.Field> fields = new ArrayList<>(headers.size());
        for (Header header : headers) {
            if (!isContentLength(header)) {
                fields.add(new Frame.Field(header.name(), header.value()));
            }
        }
        return fields;
    }

    /** The length that the application promised by a header; negative if it did not. */
    private static long promised(Response response) throws ProtocolException {
        long promised = Frame.LENGTH_UNKNOWN;
        for (Header header : response.headers()) {
            if (isContentLength(header)) {
                long length = length(header.value());
                if (promised >= 0 && promised != length) {
                    throw badLength("two that differ");
                }
                promised = length;
            }
        }
        return promised;
    }

    private static long length(String value) throws ProtocolException {
        long length = 0;
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c < '0' || c > '9' || length > Long.MAX_VALUE / 10 - 1) {
                throw badLength(value);
            }
            length = length * 10 + c - '0';
        }
        if (value.isEmpty()) {
            throw badLength("empty");
        }
        return length;
    }

    private static ProtocolException badLength(String detail) {
        return new ProtocolException(ProtocolException.Code.BAD_HEADER, "Content-Length: " + detail);
    }

    private static boolean isContentLength(Header header) {
        return header.name().equalsIgnoreCase("Content-Length");
    }
}

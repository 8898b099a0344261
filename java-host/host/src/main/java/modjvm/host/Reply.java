package modjvm.host;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import modjvm.Body;
import modjvm.Header;
import modjvm.Response;
import modjvm.protocol.Frame;
import modjvm.protocol.ProtocolException;

/** Sends one response, or says why there is none. Used by the connection's thread. */
final class Reply {
    private static final int NO_CONTENT = 204;
    private static final int NOT_MODIFIED = 304;
    private static final int FORBIDDEN = 403;
    private static final int NOT_FOUND = 404;
    private static final int SERVER_ERROR = 500;

    private static final int LONGEST_NAME = 255; // bytes, of one folder or file

    private final Output output;
    private final int serial;
    private final boolean isHead;
    private final Admission.Permit permit;
    private boolean aborted;

    /** @param permit released when the response is whole but for its last bytes, which are about to leave */
    Reply(Output output, int serial, boolean isHead, Admission.Permit permit) {
        this.output = output;
        this.serial = serial;
        this.isHead = isHead;
        this.permit = permit;
    }

    /**
     * Sends a response.
     *
     * @throws IOException from the connection, or from the application's writer
     */
    void send(Response response) throws IOException, ProtocolException {
        Body body = response.body();
        if (body instanceof Body.File file) {
            sendFile(response, file.path());
        } else if (body instanceof Body.Stream stream) {
            sendStream(response, stream);
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

    /** Whether a response was broken off: then the connection cannot be used any more. */
    boolean isAborted() {
        return aborted;
    }

    private void sendBytes(Response response, byte[] bytes) throws IOException, ProtocolException {
        if (begin(response, bytes.length)) {
            output.write(bytes, 0, bytes.length);
            end();
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
            // Otherwise it would close the connection at the next write.
            Thread.interrupted();
        }
        String fault = stream.fault();
        if (fault.isEmpty()) {
            end();
        } else {
            fail(SERVER_ERROR, fault);
        }
    }

    private void sendFile(Response response, Path path) throws IOException, ProtocolException {
        try (FileChannel file = open(path)) {
            long length = file.size();
            if (!begin(response, length)) {
                return;
            }
            for (long left = length; left > 0; ) {
                int count = output.write(file, left);
                if (count < 0) {
                    fail(SERVER_ERROR, path + " has become shorter than the " + length + " bytes promised");
                    return;
                }
                left -= count;
            }
            end();
        } catch (Unavailable e) {
            begin(Response.status(e.status), 0);
        }
    }

    /** A file that cannot be served, and what the client is told. */
    private static final class Unavailable extends Exception {
        private static final long serialVersionUID = 1L;

        private final int status;

        Unavailable(int status) {
            this.status = status;
        }
    }

    private static FileChannel open(Path path) throws IOException, Unavailable {
        try {
            // Looked at first, because opening a pipe would wait for its other end.
            if (Files.exists(path) && !Files.isRegularFile(path)) {
                throw new Unavailable(NOT_FOUND);
            }
            return FileChannel.open(path, StandardOpenOption.READ);
        } catch (NoSuchFileException e) {
            throw new Unavailable(NOT_FOUND);
        } catch (AccessDeniedException e) {
            throw new Unavailable(FORBIDDEN);
        } catch (IOException e) {
            if (isBelowFile(path) || isTooLong(path)) {
                throw new Unavailable(NOT_FOUND);
            }
            throw e;
        }
    }

    /** Linux refuses such a name with an error of its own, not as missing; a client may well have made it up. */
    private static boolean isTooLong(Path path) {
        for (Path name : path) {
            if (name.toString().getBytes(StandardCharsets.UTF_8).length > LONGEST_NAME) {
                return true;
            }
        }
        return false;
    }

    private static boolean isBelowFile(Path path) {
        for (Path parent = path.getParent(); parent != null; parent = parent.getParent()) {
            if (Files.isRegularFile(parent)) {
                return true;
            }
        }
        return false;
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
        boolean hasBody = !bodiless && (isStream || length > 0);
        output.append(new Frame.Response(serial, hasBody, false, status, stated, fields(response)));
        if (!hasBody) {
            finish();
        }
        return hasBody;
    }

    private void end() throws IOException, ProtocolException {
        output.append(new Frame.End(serial, false));
        finish();
    }

    private void finish() throws IOException {
        permit.release();
        output.send();
    }

    private static List<Frame.Field> fields(Response response) {
        List<Frame.Field> fields = new ArrayList<>(response.headers().size());
        for (Header header : response.headers()) {
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

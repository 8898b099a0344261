package modjvm.wire;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import modjvm.Response;
import modjvm.loading.Applications;
import modjvm.logging.Log;
import modjvm.logging.RequestLog;
import modjvm.protocol.Frame;
import modjvm.protocol.FrameHeader;
import modjvm.protocol.ProtocolException;
import modjvm.server.Admission;
import modjvm.spi.LoadException;

/** One admitted request, from its head to both its ends; closing it is leaving. Used by the connection's thread. */
final class Exchange implements AutoCloseable {
    private static final int BAD_REQUEST = 400;
    private static final int SERVER_ERROR = 500;

    private final Applications applications;
    private final FrameReader input;
    private final FrameWriter output;
    private final AbortSignal signal;
    private final Admission.Permit permit;

    Exchange(
            Applications applications,
            FrameReader input,
            FrameWriter output,
            AbortSignal signal,
            Admission.Permit permit) {
        this.applications = applications;
        this.input = input;
        this.output = output;
        this.signal = signal;
        this.permit = permit;
    }

    /**
     * Serves the request.
     *
     * @param definition of the application, as the request has it
     * @return whether the connection can be used for a further request
     * @throws IOException if the connection is lost
     * @throws ProtocolException if httpd violated the protocol in the request's body
     */
    boolean serve(FrameHeader header, Frame.Request request, byte[] definition) throws IOException, ProtocolException {
        RequestBody body = new RequestBody(input, output, header, request.head().contentLength());
        Reply reply = new Reply(output, header.serial(), request.head(), permit);
        Interim interim = new Interim(output, header.serial());
        RequestLog.begin(new RequestLog(reply));
        try {
            answer(request, definition, body, reply, interim);
        } catch (VirtualMachineError e) {
            if (!(e instanceof StackOverflowError)) {
                throw e;
            }
            fail(body, reply, e);
        } catch (Throwable e) {
            fail(body, reply, e);
        } finally {
            RequestLog.end();
        }
        if (reply.isAborted()) {
            return false;
        }
        body.discard();
        return true;
    }

    @Override
    public void close() {
        output.end();
        input.shrink();
        permit.close();
    }

    private void answer(Frame.Request request, byte[] definition, RequestBody body, Reply reply, Interim interim)
            throws Exception {
        ServerRequest hostRequest;
        try {
            hostRequest = new ServerRequest(request, body, interim);
        } catch (CharacterCodingException e) {
            reply.fail(BAD_REQUEST, "the path or the user's name is not UTF-8");
            return;
        }
        Response response;
        try {
            response = applications.find(definition).handle(hostRequest);
        } catch (LoadException e) {
            reply.fail(e.status(), String.valueOf(e.getMessage()));
            return;
        } finally {
            interim.close();
            RequestLog.finishLines();
            // An interrupt that the application left behind would close the connection at the next read or write.
            Thread.interrupted();
        }
        if (response == null) {
            reply.fail(SERVER_ERROR, "the application returned null in place of a Response");
            return;
        }
        try {
            reply.send(response, body);
        } catch (ProtocolException e) {
            reply.fail(SERVER_ERROR, "the application's response cannot be sent: " + e.getMessage());
        }
    }

    private void fail(RequestBody body, Reply reply, Throwable thrown) throws IOException {
        if (output.isLost() || signal.isGone()) {
            throw new IOException("the connection to httpd is lost", thrown);
        }
        if (!body.isBroken()) {
            Log.trace("request", thrown);
        }
        reply.fail(SERVER_ERROR, Log.describe(thrown));
    }
}

package modjvm.coyote;

import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.ServletConnection;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Objects;
import modjvm.spi.Exchange;
import modjvm.spi.ResponseHead;
import org.apache.coyote.AbstractProcessor;
import org.apache.coyote.ActionCode;
import org.apache.coyote.Adapter;
import org.apache.coyote.Constants;
import org.apache.coyote.ContinueResponseTiming;
import org.apache.coyote.ErrorState;
import org.apache.coyote.Request;
import org.apache.coyote.UpgradeToken;
import org.apache.juli.logging.Log;
import org.apache.juli.logging.LogFactory;
import org.apache.tomcat.util.buf.ByteChunk;
import org.apache.tomcat.util.net.AbstractEndpoint.Handler.SocketState;
import org.apache.tomcat.util.net.SocketWrapperBase;
import org.jspecify.annotations.Nullable;

/**
 * Between an exchange and Tomcat's request and response. Used again and again, by one thread at a
 * time.
 */
final class ExchangeProcessor extends AbstractProcessor {
    private static final Log log = LogFactory.getLog(ExchangeProcessor.class);

    private static final String HTTP_10 = "HTTP/1.0";

    private static final int EARLY_HINTS = 103;
    private static final int BAD_REQUEST = 400;
    private static final int SERVER_ERROR = 500;

    /** Where Tomcat's request has its processor; Tomcat itself uses the first. */
    private static final int NOTE = 8;

    private @Nullable ExchangeSocket socket;
    private @Nullable UpgradeToken upgrade;

    ExchangeProcessor(Adapter adapter) {
        super(adapter);
        request.setNote(NOTE, this);
    }

    /** As {@link ExchangeProtocol#decline} has it. */
    static boolean decline(Request coyote) throws IOException {
        return coyote.getNote(NOTE) instanceof ExchangeProcessor processor && processor.decline();
    }

    private boolean decline() throws IOException {
        if (!exchange().decline()) {
            return false;
        }
        response.setCommitted(true);
        current().output().declined();
        return true;
    }

    @Override
    protected SocketState service(SocketWrapperBase<?> wrapper) {
        ExchangeSocket current = (ExchangeSocket) wrapper;
        socket = current;
        setSocketWrapper(current);
        request.setInputBuffer(current.input());
        response.setOutputBuffer(current.output());
        current.input().belongsTo(request);
        current.output().belongsTo(response);
        request.markStartTime();
        if (RequestFacts.copy(current.getSocket().head(), request)) {
            call();
        } else {
            response.setStatus(BAD_REQUEST);
            setErrorState(ErrorState.CLOSE_CLEAN, null);
        }
        if (isAsync() && !getErrorState().isError()) {
            return SocketState.LONG;
        }
        SocketState end = end();
        return current.isUpgraded() ? SocketState.UPGRADING : end;
    }

    private void call() {
        request.getRequestProcessor().setStage(Constants.STAGE_SERVICE);
        try {
            getAdapter().service(request, response);
        } catch (InterruptedIOException e) {
            setErrorState(ErrorState.CLOSE_CONNECTION_NOW, e);
        } catch (VirtualMachineError e) {
            if (!(e instanceof StackOverflowError)) {
                throw e;
            }
            failed(e);
        } catch (Throwable e) {
            failed(e);
        }
    }

    private void failed(Throwable thrown) {
        log.error("the servlet container failed", thrown);
        response.setStatus(SERVER_ERROR);
        setErrorState(ErrorState.CLOSE_CLEAN, thrown);
    }

    private SocketState end() {
        if (getErrorState().isIoAllowed()) {
            action(ActionCode.CLOSE, null);
        }
        if (getErrorState().isError()) {
            current().output().breaks((Throwable) request.getAttribute(RequestDispatcher.ERROR_EXCEPTION));
        }
        request.updateCounters();
        request.getRequestProcessor().setStage(Constants.STAGE_ENDED);
        return SocketState.CLOSED;
    }

    @Override
    protected SocketState dispatchEndRequest() {
        return SocketState.CLOSED;
    }

    @Override
    public void recycle() {
        getAdapter().checkRecycled(request, response);
        super.recycle();
        request.recycle();
        response.recycle();
        socket = null;
        upgrade = null;
        setSocketWrapper(null);
    }

    @Override
    public void pause() {}

    private ExchangeSocket current() {
        return Objects.requireNonNull(socket, "socket");
    }

    private Exchange exchange() {
        return current().getSocket();
    }

    @Override
    protected void doHttpUpgrade(UpgradeToken token) {
        upgrade = token;
    }

    @Override
    public UpgradeToken getUpgradeToken() {
        return Objects.requireNonNull(upgrade, "upgrade");
    }

    /** Nothing was read of the other protocol yet. */
    @Override
    public @Nullable ByteBuffer getLeftoverInput() {
        return null;
    }

    @Override
    protected void prepareResponse() throws IOException {
        response.setCommitted(true);
        if (upgrade != null) {
            current().upgraded(exchange().upgrade(ResponseFacts.upgrade(response)));
            return;
        }
        ResponseOutput output = current().output();
        String file = (String) request.getAttribute(Constants.SENDFILE_FILENAME_ATTR);
        ResponseHead head = ResponseFacts.head(response);
        if (file != null) {
            long from = (Long) request.getAttribute(Constants.SENDFILE_FILE_START_ATTR);
            long to = (Long) request.getAttribute(Constants.SENDFILE_FILE_END_ATTR);
            output.sendFile(new ResponseHead(head.status(), head.fields(), to - from), Path.of(file), from);
        } else {
            output.begin(head);
        }
    }

    @Override
    protected void finishResponse() throws IOException {
        if (getErrorState().isIoAllowed()) {
            current().output().finish(ResponseFacts.trailers(response));
        }
    }

    /** httpd does, when the application reads. */
    @Override
    protected void ack(ContinueResponseTiming timing) {}

    @Override
    protected void earlyHints() throws IOException {
        exchange().inform(EARLY_HINTS, ResponseFacts.fields(response.getMimeHeaders()));
    }

    @Override
    protected void flush() throws IOException {
        current().output().flush();
    }

    @Override
    protected int available(boolean doRead) {
        return current().input().available();
    }

    @Override
    protected void setRequestBody(ByteChunk body) {
        request.setContentLength(body.getLength());
        current().input().replace(body);
    }

    @Override
    protected void setSwallowResponse() {
        current().output().discard();
    }

    /** What is left of the body is dropped without being sent, as always. */
    @Override
    protected void disableSwallowRequest() {}

    @Override
    protected boolean isRequestBodyFullyRead() {
        return current().input().isFinished();
    }

    @Override
    protected void registerReadInterest() {
        current().registerReadInterest();
    }

    @Override
    protected boolean isReadyForWrite() {
        return current().isReadyForWrite();
    }

    @Override
    protected boolean flushBufferedWrite() {
        boolean hasPending = current().hasDataToWrite();
        if (hasPending) {
            current().registerWriteInterest();
        }
        return hasPending;
    }

    @Override
    protected boolean isTrailerFieldsReady() {
        return current().input().isEnded();
    }

    /** Once the head is sent, only if it left room for them; never to a client of HTTP/1.0. */
    @Override
    protected boolean isTrailerFieldsSupported() {
        if (exchange().head().protocol().equals(HTTP_10)) {
            return false;
        }
        return !response.isCommitted() || current().output().takesTrailers();
    }

    @Override
    protected boolean getPopulateRequestAttributesFromSocket() {
        return true;
    }

    @Override
    protected Object getProtocolRequestId() {
        return exchange().head().logId();
    }

    @Override
    protected ServletConnection getServletConnection() {
        return current().getServletConnection(exchange().head().protocol(), "");
    }

    @Override
    protected Log getLog() {
        return log;
    }
}

package modjvm.spi;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import modjvm.GoingAwayException;
import modjvm.Headers;
import org.jspecify.annotations.Nullable;

/**
 * An exchange in memory: nobody has sent the request, and nobody waits for the response. For
 * warm-ups, and for tests of handlers.
 *
 * <p>Can do all but {@link Capability#DECLINE}. Reads no file, but reads no file: the body stays
 * empty. An upgrade is noted as status 101, and throws {@link GoingAwayException}, as there is
 * nobody at the other end.
 */
public final class MemoryExchange extends AbstractExchange {
    /** What is known while nothing has been answered. */
    private static final int NONE = 0;

    private static final int SWITCHING_PROTOCOLS = 101;

    private final MemoryRequest request;
    private final OutputStream out;
    private final Body body;
    private final List<Integer> interims = new CopyOnWriteArrayList<>();
    private final List<String> lines = new CopyOnWriteArrayList<>();
    // Volatile: who looks at the outcome need not be the thread of the exchange.
    private volatile int status = NONE;
    private volatile Headers fields = Headers.empty();
    private volatile Headers trailers = Headers.empty();
    private volatile String failure = "";
    private @Nullable Sink sink;

    /**
     * Makes the exchange of a request.
     *
     * @param request the request
     * @param out gets the response's body as it is written, and is not closed; what was written
     *     stays there if the response fails
     */
    public MemoryExchange(MemoryRequest request, OutputStream out) {
        super(Permit.uncounted(Verdict.ADMITTED)); // who is not sent takes nobody's place
        this.request = Objects.requireNonNull(request, "request");
        this.out = Objects.requireNonNull(out, "out");
        this.body = new Body(request.content());
    }

    /**
     * Returns the status of the response.
     *
     * @return the status, of a failure too; 0 if nothing has been answered
     */
    public int status() {
        return status;
    }

    /**
     * Returns the header fields of the response.
     *
     * @return the fields
     */
    public Headers fields() {
        return fields;
    }

    /**
     * Returns the trailer fields of the response.
     *
     * @return the fields
     */
    public Headers trailers() {
        return trailers;
    }

    /**
     * Returns why the request has failed.
     *
     * @return the reason; empty if it has not
     */
    public String failure() {
        return failure;
    }

    /**
     * Returns the interim responses.
     *
     * @return the status of each
     */
    public List<Integer> interims() {
        return List.copyOf(interims);
    }

    /**
     * Returns the lines for the error log.
     *
     * @return the lines
     */
    public List<String> lines() {
        return List.copyOf(lines);
    }

    @Override
    public RequestHead head() {
        return request;
    }

    @Override
    public RequestBody body() {
        return body;
    }

    @Override
    public boolean log(LogLevel level, String line) {
        lines.add(line);
        return true;
    }

    @Override
    public boolean can(Capability capability) {
        return capability != Capability.DECLINE;
    }

    @Override
    public boolean isLost() {
        return isAborted();
    }

    @Override
    public boolean isBodyBroken() {
        return false;
    }

    @Override
    protected ResponseSink open(ResponseHead head) {
        status = head.status();
        fields = head.fields();
        Sink opened = new Sink(takesBody(head.status()), head.length());
        sink = opened;
        return opened;
    }

    @Override
    protected void send(ResponseHead head, FileChannel file, long offset) {
        status = head.status();
        fields = head.fields();
        ending();
    }

    @Override
    protected Tunnel openTunnel(Headers ofResponse) throws IOException {
        status = SWITCHING_PROTOCOLS;
        fields = ofResponse;
        ending();
        throw new GoingAwayException();
    }

    @Override
    protected void sendInterim(int interim, Headers ofInterim) {
        interims.add(interim);
    }

    @Override
    protected void sendFailure(int ofFailure, String reason) {
        takeBack();
        status = ofFailure;
        failure = reason;
        ending();
    }

    @Override
    protected boolean sendDecline() {
        throw new UnsupportedOperationException("there is no other process");
    }

    /** Nothing ever leaves. */
    @Override
    protected boolean takeBack() {
        if (sink != null) {
            sink.cancel();
        }
        status = NONE;
        fields = Headers.empty();
        return true;
    }

    /** A body that is there as a whole. */
    private final class Body extends RequestBody {
        private final ByteArrayInputStream in;

        private Body(byte[] bytes) {
            this.in = new ByteArrayInputStream(bytes);
        }

        @Override
        public int read() {
            return in.read();
        }

        @Override
        public int read(byte[] bytes, int offset, int length) {
            return in.read(bytes, offset, length);
        }

        @Override
        public int available() {
            return in.available();
        }

        @Override
        public boolean isReady() {
            return true;
        }

        @Override
        public void onReady(Runnable action) {
            execute(action);
        }

        @Override
        public boolean isFinished() {
            return in.available() == 0;
        }

        @Override
        public Headers trailers() {
            return Headers.empty();
        }
    }

    /** Passes the body on. */
    private final class Sink extends ResponseSink {
        private final boolean takesBody;
        private final BodyLength body;
        private boolean isClosed;
        private boolean isEnded;

        private Sink(boolean takesBody, long promised) {
            this.takesBody = takesBody;
            this.body = new BodyLength(promised);
        }

        @Override
        public boolean takesBody() {
            return takesBody;
        }

        @Override
        public synchronized void write(byte[] bytes, int offset, int length) throws IOException {
            if (isClosed || isOver()) {
                throw new IOException("the response is closed");
            }
            if (takesBody) {
                body.add(length);
                out.write(bytes, offset, length);
            }
        }

        @Override
        public synchronized void close() {
            isClosed = true;
        }

        /** The response is taken back. */
        private synchronized void cancel() {
            isClosed = true;
            isEnded = true;
        }

        @Override
        public synchronized void end(Headers ofResponse) throws IOException {
            isClosed = true;
            if (isEnded) {
                return;
            }
            isEnded = true;
            String fault = takesBody ? body.fault() : "";
            if (!fault.isEmpty()) {
                fail(500, fault);
                return;
            }
            trailers = ofResponse;
            ending();
        }
    }
}

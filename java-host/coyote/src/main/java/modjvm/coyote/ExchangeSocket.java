package modjvm.coyote;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import modjvm.spi.Exchange;
import modjvm.spi.Tunnel;
import org.apache.coyote.AbstractProcessor;
import org.apache.tomcat.util.net.AbstractEndpoint.Handler.SocketState;
import org.apache.tomcat.util.net.SocketEvent;
import org.jspecify.annotations.Nullable;

/**
 * One exchange as Tomcat's socket, served by the thread that brought it: that thread calls the
 * application, waits for what an asynchronous request has to tell, and calls the application again.
 * Events come from any thread.
 */
final class ExchangeSocket extends ExchangeAddresses {
    private final ExchangeEndpoint endpoint;
    private final LinkedBlockingQueue<SocketEvent> events = new LinkedBlockingQueue<>();
    /** Of the exchange's response; the serving thread's until that waits. */
    private final ResponseOutput output;

    private final RequestInput input;
    /** Written by the serving thread, before others can have this. */
    private volatile @Nullable UpgradedConnection upgraded;

    ExchangeSocket(Exchange exchange, ExchangeEndpoint endpoint) {
        super(exchange, endpoint);
        this.endpoint = endpoint;
        this.output = new ResponseOutput(exchange, this);
        this.input = new RequestInput(exchange, this);
    }

    RequestInput input() {
        return input;
    }

    ResponseOutput output() {
        return output;
    }

    /** Serves the exchange to its end. */
    void serve() throws IOException {
        SocketState state = process(SocketEvent.OPEN_READ);
        try {
            while (state == SocketState.LONG) {
                state = process(await());
            }
            while (upgraded != null && state != SocketState.CLOSED) {
                state = converse(upgraded);
            }
        } catch (InterruptedException e) {
            abandon(e);
        } finally {
            close();
        }
        if (upgraded == null) {
            output.failUnlessFinished();
        } else {
            upgraded.end();
        }
    }

    private SocketState converse(UpgradedConnection connection) throws InterruptedException {
        return switch (connection.await()) {
            case READABLE -> process(SocketEvent.OPEN_READ);
            case GOING_AWAY -> process(SocketEvent.STOP);
            case CLOSED -> SocketState.CLOSED;
        };
    }

    /** The response has been a 101: what is read and written from now on is the other protocol. */
    void upgraded(Tunnel tunnel) {
        upgraded = new UpgradedConnection(tunnel);
    }

    boolean isUpgraded() {
        return upgraded != null;
    }

    /**
     * The client has left, or the request's time is over: whoever waits for something of it is
     * told.
     */
    private void abandon(InterruptedException cause) {
        IOException error = new IOException("the request was broken off", cause);
        setError(error);
        process(SocketEvent.ERROR);
    }

    private SocketState process(SocketEvent event) {
        Lock lock = SocketLock.of(this);
        lock.lock();
        try {
            return endpoint.getHandler().process(this, event);
        } finally {
            lock.unlock();
            if (!getSocket().isAborted()) {
                Thread.interrupted(); // the application has left it behind
            }
        }
    }

    /** The next event; of a request whose time runs out meanwhile, that. */
    private SocketEvent await() throws InterruptedException {
        while (true) {
            AbstractProcessor processor = waiting();
            long timeout = processor == null ? 0 : processor.getAsyncTimeout();
            SocketEvent event = next(timeout);
            if (processor != null && event == null) {
                // Tells whether it is over, by an event of its own.
                processor.timeoutAsync(System.currentTimeMillis());
            }
            boolean isLate =
                    event == SocketEvent.TIMEOUT && (processor == null || !processor.checkAsyncTimeoutGeneration());
            if (event != null && !isLate) {
                return event;
            }
        }
    }

    /** @param timeout in milliseconds; 0 or less: none. Null: it has passed */
    private @Nullable SocketEvent next(long timeout) throws InterruptedException {
        SocketEvent event = events.poll();
        return event != null
                ? event
                : getSocket()
                        .<@Nullable SocketEvent>await(
                                () -> timeout > 0 ? events.poll(timeout + 1, TimeUnit.MILLISECONDS) : events.take());
    }

    private @Nullable AbstractProcessor waiting() {
        return getCurrentProcessor() instanceof AbstractProcessor processor && processor.isAsync() ? processor : null;
    }

    @Override
    public void processSocket(SocketEvent event, boolean dispatch) {
        if (upgraded == null) {
            events.add(event);
        } else {
            // The thread of the exchange waits for the client.
            execute(() -> {
                if (process(event) == SocketState.CLOSED) {
                    close();
                }
            });
        }
    }

    @Override
    public boolean hasDataToWrite() {
        return output.hasPending();
    }

    @Override
    public boolean canWrite() {
        return !output.hasPending();
    }

    @Override
    public void registerReadInterest() {
        UpgradedConnection connection = upgraded;
        if (connection == null) {
            input.prefetch();
        } else {
            connection.want();
        }
    }

    @Override
    public void registerWriteInterest() {
        output.tellWhenWritten();
    }

    @Override
    protected void doClose() {
        UpgradedConnection connection = upgraded;
        if (connection != null) {
            connection.close();
        }
    }

    // Reads and writes are of upgraded connections. Those that shall not wait for the client wait
    // nevertheless.

    private UpgradedConnection connection() {
        UpgradedConnection connection = upgraded;
        if (connection == null) {
            throw noSocket();
        }
        return connection;
    }

    @Override
    public int read(boolean block, byte[] bytes, int offset, int length) throws IOException {
        return read(block, ByteBuffer.wrap(bytes, offset, length));
    }

    @Override
    public int read(boolean block, ByteBuffer to) throws IOException {
        return connection().read(block, to);
    }

    @Override
    public boolean isReadyForRead() {
        boolean isReady = connection().isReady();
        if (!isReady) {
            registerReadInterest();
        }
        return isReady;
    }

    @Override
    protected void writeBlocking(byte[] bytes, int offset, int length) throws IOException {
        doWrite(true, ByteBuffer.wrap(bytes, offset, length));
    }

    @Override
    protected void writeBlocking(ByteBuffer from) throws IOException {
        doWrite(true, from);
    }

    @Override
    protected void writeNonBlocking(byte[] bytes, int offset, int length) throws IOException {
        doWrite(false, ByteBuffer.wrap(bytes, offset, length));
    }

    @Override
    protected void writeNonBlocking(ByteBuffer from) throws IOException {
        doWrite(false, from);
    }

    @Override
    protected void flushBlocking() throws IOException {
        connection().flush();
    }

    @Override
    protected boolean flushNonBlocking() throws IOException {
        connection().flush();
        return false;
    }

    @Override
    protected void doWrite(boolean block, ByteBuffer from) throws IOException {
        connection().write(from);
    }
}

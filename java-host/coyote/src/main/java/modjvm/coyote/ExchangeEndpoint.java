package modjvm.coyote;

import java.net.InetSocketAddress;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import modjvm.spi.Exchange;
import org.apache.juli.logging.Log;
import org.apache.juli.logging.LogFactory;
import org.apache.tomcat.util.net.AbstractEndpoint;
import org.apache.tomcat.util.net.SocketEvent;
import org.apache.tomcat.util.net.SocketProcessorBase;
import org.apache.tomcat.util.net.SocketWrapperBase;

/** Where Tomcat expects a server socket and its threads; accepts nothing. */
final class ExchangeEndpoint extends AbstractEndpoint<Exchange, Exchange> {
    private static final Log log = LogFactory.getLog(ExchangeEndpoint.class);

    /**
     * Of threads that applications ask for by AsyncContext.start, or that wait for a body: as many
     * as Tomcat has.
     */
    private static final int MOST_THREADS = 200;

    private static final long IDLE_SECONDS = 60;

    private final AtomicInteger threads = new AtomicInteger();

    ExchangeEndpoint() {
        setName("modjvm");
        // Otherwise WebSockets would want vectored I/O.
        setUseAsyncIO(false);
        setUseSendfile(true);
    }

    @Override
    public void bind() {}

    /**
     * Connections are httpd's, and not counted here: Tomcat would miss those that it has not
     * accepted.
     */
    @Override
    public void setMaxConnections(int maximum) {}

    @Override
    public void startInternal() {
        ThreadPoolExecutor executor = new ThreadPoolExecutor(
                MOST_THREADS, MOST_THREADS, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread thread = new Thread(task, "modjvm-servlet-" + threads.incrementAndGet());
                    thread.setDaemon(true);
                    // Not that of the application which happens to need the thread first.
                    thread.setContextClassLoader(ExchangeEndpoint.class.getClassLoader());
                    return thread;
                });
        executor.allowCoreThreadTimeOut(true);
        setExecutor(executor);
        running = true;
    }

    @Override
    public void stopInternal() {
        running = false;
        if (getExecutor() instanceof ThreadPoolExecutor executor) {
            executor.shutdownNow();
        }
    }

    @Override
    protected SocketProcessorBase<Exchange> createSocketProcessor(
            SocketWrapperBase<Exchange> socket, SocketEvent event) {
        throw new IllegalStateException("exchanges take their events themselves");
    }

    @Override
    protected InetSocketAddress getLocalAddress() {
        return InetSocketAddress.createUnresolved("localhost", 0);
    }

    @Override
    protected Log getLog() {
        return log;
    }

    @Override
    protected void doCloseServerSocket() {}

    @Override
    protected Exchange serverSocketAccept() {
        throw new IllegalStateException("there is no server socket");
    }

    @Override
    protected boolean setSocketOptions(Exchange exchange) {
        return true;
    }

    @Override
    protected void destroySocket(Exchange exchange) {}
}

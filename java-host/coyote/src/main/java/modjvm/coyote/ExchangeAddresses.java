package modjvm.coyote;

import java.nio.ByteBuffer;
import java.nio.channels.CompletionHandler;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import modjvm.spi.Exchange;
import org.apache.tomcat.util.net.ApplicationBufferHandler;
import org.apache.tomcat.util.net.SSLSupport;
import org.apache.tomcat.util.net.SendfileDataBase;
import org.apache.tomcat.util.net.SendfileState;
import org.apache.tomcat.util.net.SocketWrapperBase;
import org.jspecify.annotations.Nullable;

/** What an exchange says of its connection, in place of a socket; and what only sockets can do. */
abstract class ExchangeAddresses extends SocketWrapperBase<Exchange> {
    ExchangeAddresses(Exchange exchange, ExchangeEndpoint endpoint) {
        super(exchange, endpoint);
    }

    @Override
    public void unRead(ByteBuffer returned) {
        if (returned != null && returned.hasRemaining()) {
            throw noSocket();
        }
    }

    @Override
    protected <A> OperationState<A> newOperationState(
            boolean isRead,
            ByteBuffer[] buffers,
            int offset,
            int length,
            BlockingMode block,
            long timeout,
            TimeUnit unit,
            A attachment,
            CompletionCheck check,
            CompletionHandler<Long, ? super A> handler,
            Semaphore semaphore,
            VectoredIOCompletionHandler<A> completion) {
        throw noSocket();
    }

    static IllegalStateException noSocket() {
        return new IllegalStateException("an exchange is no socket");
    }

    @Override
    public void setAppReadBufHandler(ApplicationBufferHandler handler) {}

    @Override
    public SendfileDataBase createSendfileData(String filename, long position, long length) {
        throw noSocket();
    }

    @Override
    public SendfileState processSendfile(SendfileDataBase data) {
        throw noSocket();
    }

    @Override
    public void doClientAuth(SSLSupport support) {}

    @Override
    public @Nullable SSLSupport getSslSupport() {
        return TlsFacts.of(getSocket().head());
    }

    @Override
    protected void populateRemoteHost() {
        remoteHost = getSocket().head().clientAddress();
    }

    @Override
    protected void populateRemoteAddr() {
        remoteAddr = getSocket().head().clientAddress();
    }

    @Override
    protected void populateRemotePort() {
        remotePort = getSocket().head().clientPort();
    }

    @Override
    protected void populateLocalName() {
        localName = getSocket().head().serverName();
    }

    @Override
    protected void populateLocalAddr() {
        localAddr = getSocket().head().serverAddress();
    }

    @Override
    protected void populateLocalPort() {
        localPort = getSocket().head().serverPort();
    }
}

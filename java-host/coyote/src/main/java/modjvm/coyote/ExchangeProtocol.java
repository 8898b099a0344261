package modjvm.coyote;

import java.io.IOException;
import modjvm.spi.Exchange;
import org.apache.coyote.AbstractProtocol;
import org.apache.coyote.Processor;
import org.apache.coyote.Request;
import org.apache.coyote.UpgradeProtocol;
import org.apache.coyote.UpgradeToken;
import org.apache.coyote.http11.upgrade.UpgradeProcessorExternal;
import org.apache.coyote.http11.upgrade.UpgradeProcessorInternal;
import org.apache.juli.logging.Log;
import org.apache.juli.logging.LogFactory;
import org.apache.tomcat.util.net.SSLHostConfig;
import org.apache.tomcat.util.net.SocketWrapperBase;

/**
 * Tomcat's connector to exchanges in place of sockets. Thread-safe: each exchange is served by the
 * thread that brings it.
 */
public class ExchangeProtocol extends AbstractProtocol<Exchange> {
    private static final Log log = LogFactory.getLog(ExchangeProtocol.class);

    private final ExchangeEndpoint endpoint;

    /** Makes a protocol for one connector. */
    public ExchangeProtocol() {
        this(new ExchangeEndpoint());
    }

    private ExchangeProtocol(ExchangeEndpoint endpoint) {
        super(endpoint);
        this.endpoint = endpoint;
    }

    /**
     * Serves an exchange to its end.
     *
     * @param exchange the request and its response
     * @throws Exception if the response cannot be sent, or what the container does not catch
     */
    public final void serve(Exchange exchange) throws Exception {
        new ExchangeSocket(exchange, endpoint).serve();
    }

    /**
     * Has httpd ask another process for a request, as if the request had not come here. Only before
     * the application has seen it; then nothing more is to be done for it.
     *
     * @param request of a connector with this protocol; of another one, nothing happens
     * @return false if it is too late, or there is no other process: then the request goes on
     * @throws IOException if the connection is lost
     */
    public static boolean decline(Request request) throws IOException {
        return ExchangeProcessor.decline(request);
    }

    /** A connector without an id and without a port would refuse to start. */
    @Override
    public String getId() {
        return "exchanges";
    }

    /** Nothing to schedule: who serves an exchange keeps its time limit itself. */
    @Override
    public void start() throws Exception {
        endpoint.start();
    }

    @Override
    public void stop() throws Exception {
        endpoint.stop();
    }

    /** There is no server socket. */
    @Override
    public void closeServerSocketGraceful() {}

    @Override
    protected Processor createProcessor() {
        return new ExchangeProcessor(getAdapter());
    }

    @SuppressWarnings("deprecation") // its name in Tomcat 10.1 and 11
    @Override
    protected Processor createUpgradeProcessor(SocketWrapperBase<?> socket, UpgradeToken token) {
        return token.getHttpUpgradeHandler() instanceof org.apache.coyote.http11.upgrade.InternalHttpUpgradeHandler
                ? new UpgradeProcessorInternal(socket, token, null)
                : new UpgradeProcessorExternal(socket, token, null);
    }

    @Override
    protected Log getLog() {
        return log;
    }

    @Override
    protected String getNamePrefix() {
        return "modjvm";
    }

    @Override
    protected String getProtocolName() {
        return "Http";
    }

    @Override
    protected UpgradeProtocol getNegotiatedProtocol(String name) {
        throw new UnsupportedOperationException(name);
    }

    @Override
    protected UpgradeProtocol getUpgradeProtocol(String name) {
        throw new UnsupportedOperationException(name);
    }

    @Override
    public void addSslHostConfig(SSLHostConfig config) {
        throw new UnsupportedOperationException("httpd has the TLS");
    }

    @Override
    public void addSslHostConfig(SSLHostConfig config, boolean replace) {
        addSslHostConfig(config);
    }

    @Override
    public SSLHostConfig[] findSslHostConfigs() {
        return new SSLHostConfig[0];
    }

    @Override
    public void addUpgradeProtocol(UpgradeProtocol upgradeProtocol) {
        throw new UnsupportedOperationException("httpd has the protocols");
    }

    @Override
    public UpgradeProtocol[] findUpgradeProtocols() {
        return new UpgradeProtocol[0];
    }
}

package modjvm.servlet;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import modjvm.coyote.ExchangeProtocol;
import modjvm.spi.Exchange;
import modjvm.spi.Handler;
import modjvm.spi.LoadException;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.Wrapper;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.core.StandardContext;
import org.apache.catalina.core.StandardEngine;
import org.apache.catalina.core.StandardHost;
import org.apache.catalina.core.StandardService;
import org.apache.catalina.mapper.Mapper;
import org.apache.catalina.mapper.WrapperMappingInfo;

/**
 * One web application at one mount. It has an engine and a mapper of its own: no path of its can
 * lead to another application. Thread-safe.
 */
final class WebApplication implements Handler, AutoCloseable {
    private static final String HOST = "localhost";
    /**
     * How often sessions are looked at, among others: a process with nothing to do wakes up seldom.
     */
    private static final int IDLE_SECONDS = 60;

    private final Container container;
    private final StandardService service;
    private final ExchangeProtocol protocol;

    private WebApplication(Container container, StandardService service, ExchangeProtocol protocol) {
        this.container = container;
        this.service = service;
        this.protocol = protocol;
    }

    /**
     * Starts an application.
     *
     * @param name for messages
     * @param connector of an {@link ExchangeProtocol}
     * @param settings those that the context was made with
     * @throws LoadException if it does not start; says why
     */
    static WebApplication start(
            Container container,
            String name,
            StandardContext context,
            Connector connector,
            Path work,
            SessionSettings settings)
            throws LoadException {
        StandardService service = new StandardService();
        service.setName(name + "#" + System.identityHashCode(service));
        service.addConnector(connector);
        StandardEngine engine = new StandardEngine();
        engine.setName(service.getName());
        engine.setDefaultHost(HOST);
        engine.setBackgroundProcessorDelay(IDLE_SECONDS);
        service.setContainer(engine);
        StandardHost host = host(work);
        SessionFolder sessions = settings.folder();
        engine.setJvmRoute(settings.route());
        if (sessions != null) {
            host.getPipeline().addValve(new SessionValve(sessions));
        }
        engine.addChild(host);
        WebApplication application =
                new WebApplication(container, service, (ExchangeProtocol) connector.getProtocolHandler());
        try (StartFailures failures = StartFailures.listen()) {
            container.server().addService(service);
            host.addChild(context);
            if (!context.getState().isAvailable()) {
                throw failed(name, failures);
            }
            return application;
        } catch (LoadException | RuntimeException | Error e) {
            application.close();
            throw e;
        }
    }

    private static LoadException failed(String name, StartFailures failures) {
        String why = failures.message();
        String hint = OldApplication.isTheReason(why) ? OldApplication.HINT : "";
        return new LoadException(name + ": the web application does not start: " + why + hint, failures.cause());
    }

    private static StandardHost host(Path work) {
        StandardHost host = new StandardHost();
        host.setName(HOST);
        host.setAppBase(work.resolve("webapps").toString());
        host.setCreateDirs(false);
        host.setAutoDeploy(false);
        host.setDeployOnStartup(false);
        host.setUnpackWARs(false);
        host.setErrorReportValveClass(""); // or Tomcat adds its own
        host.getPipeline().addValve(new ErrorReport());
        return host;
    }

    @Override
    public void handle(Exchange exchange) throws Exception {
        protocol.serve(exchange);
    }

    /** Mounts an application of one servlet elsewhere. It gets no request meanwhile. */
    void moveTo(String path) {
        StandardHost host = (StandardHost) service.getContainer().findChildren()[0];
        StandardContext context = (StandardContext) host.findChildren()[0];
        List<WrapperMappingInfo> all = new ArrayList<>();
        for (org.apache.catalina.Container each : context.findChildren()) {
            all.add(new WrapperMappingInfo("/*", (Wrapper) each, false, false));
        }
        Mapper mapper = service.getMapper();
        mapper.removeContextVersion(context, HOST, context.getPath(), context.getWebappVersion());
        context.setPath(path);
        mapper.addContextVersion(
                HOST,
                host,
                path,
                context.getWebappVersion(),
                context,
                context.findWelcomeFiles(),
                context.getResources(),
                all);
    }

    /** Ends the application: its sessions, servlets, filters and listeners. */
    @Override
    public void close() {
        container.server().removeService(service);
        try {
            service.destroy();
        } catch (LifecycleException e) {
            throw new IllegalStateException(e);
        }
    }
}

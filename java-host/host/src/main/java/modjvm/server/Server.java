package modjvm.server;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import modjvm.loading.Applications;
import modjvm.logging.Log;
import modjvm.logging.RequestLog;
import modjvm.spi.AbstractExchange;
import modjvm.spi.ApplicationKey;
import modjvm.spi.Connector;
import modjvm.spi.Dispatcher;
import modjvm.spi.LoadException;
import modjvm.spi.Permit;

/**
 * Serves what connectors bring, by the applications of a pool. Thread-safe.
 *
 * <ol>
 *   <li>{@link #start}: connections are accepted.
 *   <li>{@link #drain}, if it comes to that: requests are refused, and what is in flight ends.
 *   <li>{@link #close}: connections are broken off.
 * </ol>
 */
public final class Server implements Dispatcher, AutoCloseable {
    /**
     * How long connections have for their way out once nothing is in flight: they wait for nothing
     * that is not there.
     */
    private static final Duration FINISH = Duration.ofSeconds(1);

    private static final int SERVER_ERROR = 500;

    private final Applications applications;
    private final Alarm alarm = new Alarm();
    private final Admission admission;
    private final List<Connector> connectors = new CopyOnWriteArrayList<>();

    /** @param threads how many requests may be in applications at once, at least 1 */
    public Server(int threads, Applications applications) {
        if (threads < 1) {
            throw new IllegalArgumentException("threads: " + threads);
        }
        this.applications = Objects.requireNonNull(applications, "applications");
        this.admission = new Admission(threads, alarm);
    }

    /** Starts a connector, which is drained and closed with the server. */
    public void start(Connector connector) throws IOException {
        connectors.add(connector);
        connector.start(this);
    }

    @Override
    public Permit tryAdmit() {
        return admission.tryAdmit();
    }

    @Override
    public Permit admit(Duration patience) throws InterruptedException {
        return admission.admit(patience);
    }

    @Override
    public boolean knows(ApplicationKey application) {
        return applications.knows(application);
    }

    @Override
    public void serve(AbstractExchange exchange, ApplicationKey application) throws IOException {
        RequestLog log = new RequestLog(exchange);
        exchange.begin(log);
        RequestLog.begin(log);
        try {
            answer(exchange, application);
        } catch (VirtualMachineError e) {
            if (!(e instanceof StackOverflowError)) {
                throw e;
            }
            fail(exchange, e);
        } catch (Throwable e) {
            fail(exchange, e);
        } finally {
            RequestLog.end();
        }
    }

    private void answer(AbstractExchange exchange, ApplicationKey application) throws Exception {
        try {
            applications.find(application).handle(exchange);
        } catch (LoadException e) {
            exchange.fail(e.status(), String.valueOf(e.getMessage()));
            return;
        }
        exchange.awaitCompletion();
        if (!exchange.isEnded()) {
            if (exchange.isLost()) {
                throw new IOException("the client has left");
            }
            exchange.fail(SERVER_ERROR, "the application has not answered, or not to the end");
        }
    }

    private static void fail(AbstractExchange exchange, Throwable thrown) throws IOException {
        if (exchange.isLost()) {
            throw new IOException("the connection is lost", thrown);
        }
        if (!exchange.isBodyBroken()) {
            Log.trace("request", thrown);
        }
        exchange.fail(SERVER_ERROR, Log.describe(thrown));
    }

    /**
     * From now on refuses every request, tells the applications, closes connections without one,
     * and waits until nothing is in flight: tunnels are waited for, abandoned requests are not.
     */
    public void drain() throws InterruptedException {
        admission.drain();
        applications.drain();
        for (Connector connector : connectors) {
            connector.drain();
        }
        admission.awaitNoneInFlight();
        // Whoever has read a request must get to refuse it before the process ends: httpd could not
        // send it elsewhere otherwise.
        for (Connector connector : connectors) {
            connector.awaitEnd(FINISH);
        }
    }

    /** Tells the handlers of tunnels that the process is about to end; does not wait for them. */
    public void endTunnels() {
        for (Connector connector : connectors) {
            connector.endTunnels();
        }
    }

    /** Rings with each request that is admitted, and with the drain. */
    public Alarm alarm() {
        return alarm;
    }

    /** Whether {@link #drain} has begun. */
    public boolean isDraining() {
        return admission.isDraining();
    }

    /** What has been served so far. */
    public Admission.Count count() {
        return admission.count();
    }

    /** Runs this when so many requests have finished in all, on the thread of the last one. */
    public void whenFinished(long count, Runnable action) {
        admission.whenFinished(count, action);
    }

    /** The requests that are being served, tunnels among them. */
    public List<RunningRequest> running() {
        List<RunningRequest> all = new ArrayList<>();
        for (Connector connector : connectors) {
            for (AbstractExchange exchange : connector.exchanges()) {
                if (exchange.permit() instanceof Admission.Permit permit) {
                    all.add(new RunningRequest(exchange, permit));
                }
            }
        }
        return all;
    }

    /** Breaks off all connections. */
    @Override
    public void close() {
        for (Connector connector : connectors) {
            try {
                connector.close();
            } catch (RuntimeException e) {
                Log.line("close", Log.describe(e));
            }
        }
    }
}

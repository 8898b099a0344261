package modjvm.proxy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import modjvm.spi.DeploymentContext;
import modjvm.spi.LoadException;

/** Waits until a program's server can serve; says what keeps it. Used by the thread that loads. */
final class Readiness {
    private static final long POLL_MILLIS = 20;
    /** What lasts shorter is not worth a line. */
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(2);

    private static final int LEAST_STATUS = 200;
    private static final int MOST_STATUS = 399;

    private final DeploymentContext context;
    private final ProgramSettings settings;
    private final Program program;
    private final List<Integer> before;
    private String said = "";
    /** What was seen last, and is to be said if it lasts. */
    private String seen = "";

    private long seenNanos;

    /** @param before ports on which this process listened before the program was started */
    Readiness(DeploymentContext context, ProgramSettings settings, Program program, List<Integer> before) {
        this.context = context;
        this.settings = settings;
        this.program = program;
        this.before = before;
    }

    /**
     * Waits; startup-timeout ends it from outside.
     *
     * @throws LoadException if the program has ended
     * @throws Exception what its main method has thrown
     */
    void await() throws Exception {
        while (!isListening()) {
            checkRuns();
            see(elsewhere());
            program.await(POLL_MILLIS);
        }
        while (!settings.readinessPath().isEmpty() && !answers()) {
            checkRuns();
            program.await(POLL_MILLIS);
        }
    }

    private boolean isListening() throws LoadException {
        try {
            return settings.address().isListening();
        } catch (IOException e) {
            LoadException failure = context.failed("it cannot be told who listens on a port: " + e
                    + "; give the pool /proc, or let the program listen at ${socket}");
            failure.initCause(e);
            throw failure;
        }
    }

    private void checkRuns() throws Exception {
        Throwable failure = program.failure();
        if (failure instanceof Exception thrown) {
            throw thrown;
        }
        if (failure instanceof Error thrown) {
            throw thrown;
        }
        if (program.hasEnded() && !isListening()) {
            String elsewhere = elsewhere();
            throw context.failed("the program has ended: its main method has returned, no thread of it goes on, and"
                    + " nothing listens at " + settings.address() + "; "
                    + (elsewhere.isEmpty()
                            ? "its output says why, or correct JVMEntryPoint and argument="
                            : elsewhere));
        }
    }

    /** Where else it listens, and what to do; empty if it does not. */
    private String elsewhere() {
        try {
            TreeSet<Integer> ports = new TreeSet<>();
            Listeners.own().forEach(each -> ports.add(each.port()));
            ports.removeAll(before);
            List<String> names = new ArrayList<>();
            ports.forEach(each -> names.add(each.toString()));
            String placeholder = settings.address().placeholder();
            return names.isEmpty()
                    ? ""
                    : "it listens on port " + String.join(", ", names) + ", not at " + placeholder + " ("
                            + settings.address() + "): pass " + placeholder + " in argument= so that it is understood";
        } catch (IOException e) {
            return "";
        }
    }

    private boolean answers() throws LoadException {
        try (ServerConnection connection =
                new ServerConnection(settings.address().connect())) {
            HeadBuffer head = new HeadBuffer()
                    .add("GET ")
                    .add(settings.readinessPath())
                    .add(" HTTP/1.1")
                    .endLine()
                    .field("Host", "localhost")
                    .field("Connection", "close")
                    .endLine();
            connection.write(head.bytes(), 0, head.length());
            int status = ServerResponse.read(connection.input()).status();
            if (status >= LEAST_STATUS && status <= MOST_STATUS) {
                return true;
            }
            see("it is not ready: " + settings.readinessPath() + " is answered with status " + status);
        } catch (IOException e) {
            see("it is not ready: " + settings.readinessPath() + ": " + e.getMessage());
        }
        return false;
    }

    /** Says what lasts, once. */
    private void see(String what) {
        long now = System.nanoTime();
        if (!what.equals(seen)) {
            seen = what;
            seenNanos = now;
        } else if (!what.isEmpty() && !what.equals(said) && now - seenNanos > PATIENCE_NANOS) {
            said = what;
            context.warn(context.target() + ": " + what);
        }
    }
}

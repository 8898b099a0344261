package modjvm.servlet;

import modjvm.spi.Exchange;
import modjvm.spi.Handler;
import org.jspecify.annotations.Nullable;

/**
 * A servlet alone whose definition does not say where it is mounted: its first request does.
 * Thread-safe: the first requests wait for each other.
 */
final class LateMount implements Handler {
    private static final int SERVER_ERROR = 500;

    private final WebApplication application;
    private final String target;
    /** Null until the first request; written once. */
    private volatile @Nullable String mount;

    /**
     * @param application of one servlet that gets all requests, mounted at the root so far
     * @param target for a message
     */
    LateMount(WebApplication application, String target) {
        this.application = application;
        this.target = target;
    }

    @Override
    public void handle(Exchange exchange) throws Exception {
        String wanted = exchange.head().scriptName();
        String known = mount;
        if (known == null) {
            known = settle(wanted);
        }
        if (known.equals(wanted)) {
            application.handle(exchange);
        } else {
            exchange.fail(
                    SERVER_ERROR,
                    target + ": this servlet serves " + known + "/ already, and cannot serve " + wanted
                            + "/ too; give each mount a JVMApplicationGroup of its own");
        }
    }

    private synchronized String settle(String wanted) {
        String known = mount;
        if (known == null) {
            application.moveTo(wanted);
            known = wanted;
            mount = known;
        }
        return known;
    }
}

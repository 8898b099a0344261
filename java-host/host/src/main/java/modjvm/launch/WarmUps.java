package modjvm.launch;

import java.io.OutputStream;
import java.util.List;
import modjvm.loading.Applications;
import modjvm.logging.Log;
import modjvm.spi.ApplicationKey;
import modjvm.spi.LoadException;
import modjvm.spi.MemoryExchange;
import modjvm.spi.MemoryRequest;

/**
 * Has applications answer requests that nobody has sent, one after another, so that the first
 * client does not wait for what happens once. A request that fails is a line in the log; one that
 * does not end holds up the start.
 */
final class WarmUps {
    private static final int SERVER_ERROR = 500;

    private final Applications applications;

    WarmUps(Applications applications) {
        this.applications = applications;
    }

    /** Returns when all are answered; an error of the virtual machine is thrown. */
    void run(List<WarmUp> warmUps) {
        for (WarmUp warmUp : warmUps) {
            String fault = fault(warmUp);
            if (!fault.isEmpty()) {
                Log.line("warm-up", warmUp.path() + ": " + fault);
            }
        }
    }

    /** What is wrong with the answer; empty if nothing is. */
    private String fault(WarmUp warmUp) {
        MemoryRequest request = new MemoryRequest(warmUp.scriptName(), warmUp.pathInfo(), warmUp.query());
        MemoryExchange exchange = new MemoryExchange(request, OutputStream.nullOutputStream());
        try {
            applications.find(ApplicationKey.of(warmUp.definition())).handle(exchange);
            exchange.awaitCompletion();
            if (!exchange.failure().isEmpty()) {
                return exchange.failure();
            }
            if (!exchange.isEnded()) {
                return "the application has not answered, or not to the end";
            }
            return exchange.status() < SERVER_ERROR ? "" : "status " + exchange.status();
        } catch (LoadException e) {
            return String.valueOf(e.getMessage());
        } catch (StackOverflowError e) {
            return Log.describe(e);
        } catch (VirtualMachineError e) {
            throw e;
        } catch (Throwable e) {
            return Log.describe(e);
        } finally {
            exchange.end();
        }
    }
}

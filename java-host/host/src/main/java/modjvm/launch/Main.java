package modjvm.launch;

import java.time.Duration;
import modjvm.loading.CommonPoolThreads;
import modjvm.logging.CapturedStream;
import modjvm.logging.LoggingConfiguration;

/** Where the launcher enters. */
public final class Main {
    /**
     * httpd is most often ending at the same time, and a request that called System.exit never
     * ends.
     */
    private static final Duration IN_FLIGHT_GRACE = Duration.ofMillis(500);

    private Main() {}

    /**
     * Runs the daemon; returns when it has ended.
     *
     * @param args none are used: the settings come from the launcher
     * @throws InterruptedException if somebody interrupts the main thread
     */
    public static void main(String[] args) throws InterruptedException {
        CapturedStream.install();
        LoggingConfiguration.install();
        CommonPoolThreads.install();
        new Host(new DaemonLauncher(), new DaemonSupervisor(), new DaemonEnd(), System.err, IN_FLIGHT_GRACE).run();
    }
}

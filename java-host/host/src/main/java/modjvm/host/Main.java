package modjvm.host;

/** Where the launcher enters. */
public final class Main {
    private Main() {}

    /**
     * Runs the daemon; returns when it has ended.
     *
     * @param args none are used: the settings come from the launcher
     * @throws InterruptedException if somebody interrupts the main thread
     */
    public static void main(String[] args) throws InterruptedException {
        new Host(new DaemonLifecycle(), System.err).run();
    }
}

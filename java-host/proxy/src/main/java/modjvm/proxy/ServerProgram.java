package modjvm.proxy;

import java.io.IOException;
import java.util.List;
import modjvm.spi.Deployment;
import modjvm.spi.DeploymentContext;
import modjvm.spi.LoadException;

/** Runs a program that has a server of its own, and forwards requests to it. */
final class ServerProgram {
    private static final int ENDED = 1;

    private ServerProgram() {}

    /**
     * Runs it, and waits until its server can serve.
     *
     * @param main its main method
     * @param loader has its classes
     * @throws LoadException if it does not serve
     * @throws Exception what its main method has thrown
     */
    static Deployment run(DeploymentContext context, Program.Main main, ClassLoader loader) throws Exception {
        return run(context, main, loader, () -> System.exit(ENDED));
    }

    /** @param exit ends the process; called on a thread of its own */
    static Deployment run(DeploymentContext context, Program.Main main, ClassLoader loader, Runnable exit)
            throws Exception {
        ProgramSettings settings = ProgramSettings.of(context);
        boolean isReady = false;
        try {
            settings.properties().forEach(System::setProperty);
            List<Integer> before = ports();
            Program program = Program.start(main, settings.arguments(), loader);
            new Readiness(context, settings, program, before).await();
            if (settings.address() instanceof TcpAddress port && port.isOpenToOthers()) {
                context.warn(context.target() + ": it listens on " + port
                        + " of all addresses, so that others can go past httpd; let it listen on 127.0.0.1 alone");
            }
            ProxyHandler handler = new ProxyHandler(
                    String.valueOf(context.target().getFileName()),
                    new ConnectionPool(settings.address()),
                    () -> endWith(program, context, exit));
            isReady = true;
            return new Deployment(handler, List.of(handler, settings.address()));
        } finally {
            if (!isReady) {
                settings.address().close();
            }
        }
    }

    private static List<Integer> ports() {
        try {
            return Listeners.own().stream().map(Listeners.Listener::port).toList();
        } catch (IOException e) {
            return List.of(); // said when a port is to be used
        }
    }

    /** A JVM of the program's own would have ended with it: this one does, then. */
    private static boolean endWith(Program program, DeploymentContext context, Runnable exit) {
        if (!program.hasEnded()) {
            return false;
        }
        if (program.isFirstToTell()) {
            // On a thread of its own: a line of this request would keep it here, and the end waits for it.
            Thread end = new Thread("modjvm-exit") {
                @Override
                public void run() {
                    context.warn(context.target() + ": the program has ended, so this process ends");
                    exit.run();
                }
            };
            end.start();
        }
        return true;
    }
}

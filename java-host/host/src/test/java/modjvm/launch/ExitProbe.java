package modjvm.launch;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** A program that ends itself in the way its argument names, and prints who did. */
final class ExitProbe {
    private ExitProbe() {}

    public static void main(String[] arguments) throws Exception {
        new DaemonEnd().atExit(() -> {
            List<StackTraceElement[]> stacks =
                    new ArrayList<>(Thread.getAllStackTraces().values());
            String signal = ExitCaller.signal(Thread.getAllStackTraces());
            if (!signal.isEmpty()) {
                System.out.println(signal);
            }
            System.out.println("exit at <" + ExitCaller.of(stacks) + ">");
        });
        switch (arguments[0]) {
            case "application" -> exit.ProbeApplication.leave();
            case "host" -> new DaemonEnd().exit(0);
            default -> {
                System.out.println("waiting in " + Path.of("").toAbsolutePath());
                new CountDownLatch(1).await();
            }
        }
    }
}

package modjvm.loading;

import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** Closes what applications hold, each on a thread of its own: one that hangs holds up no other. */
final class Closing extends Thread {
    private final AutoCloseable resource;
    private final PrintStream log;

    private Closing(AutoCloseable resource, PrintStream log) {
        super("close " + resource.getClass().getName());
        setDaemon(true);
        setContextClassLoader(resource.getClass().getClassLoader());
        this.resource = resource;
        this.log = log;
    }

    static void run(List<AutoCloseable> resources, Duration limit, PrintStream log) {
        Set<AutoCloseable> distinct = Collections.newSetFromMap(new IdentityHashMap<>());
        List<Closing> all = new ArrayList<>();
        for (AutoCloseable resource : resources) {
            if (distinct.add(resource)) {
                Closing closing = new Closing(resource, log);
                all.add(closing);
                closing.start();
            }
        }
        long deadline = System.nanoTime() + limit.toNanos();
        for (Closing closing : all) {
            closing.await(deadline);
        }
    }

    @Override
    public void run() {
        try {
            resource.close();
        } catch (Throwable t) { // whatever it is, the JVM ends
            log.println(resource.getClass().getName() + ": failed to close: " + OneLine.of(t));
        }
    }

    private void await(long deadline) {
        try {
            long left = deadline - System.nanoTime();
            if (left > 0) {
                TimeUnit.NANOSECONDS.timedJoin(this, left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (isAlive()) {
            log.println(resource.getClass().getName() + ": not closed in time");
        }
    }
}

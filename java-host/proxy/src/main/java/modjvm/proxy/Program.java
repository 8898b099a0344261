package modjvm.proxy;

import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A main method that runs, as the JVM would run it: on a thread of its own, which is no daemon, in
 * a thread group that what it starts belongs to. Thread-safe.
 */
final class Program {
    private static final long STACK_BYTES = 4L << 20;

    private final ThreadGroup group = new ThreadGroup("main");
    private final Thread main;
    private final AtomicBoolean isTold = new AtomicBoolean();
    private volatile @Nullable Throwable failure;

    /** What is run. */
    interface Main {
        /** Runs the program. */
        void run(List<String> arguments) throws Throwable;
    }

    private Program(Main method, List<String> arguments, ClassLoader loader) {
        main = new Thread(group, () -> run(method, arguments), "main", STACK_BYTES);
        main.setDaemon(false); // and so are the threads that it starts, unless it says otherwise
        main.setContextClassLoader(loader);
    }

    static Program start(Main method, List<String> arguments, ClassLoader loader) {
        Program program = new Program(method, arguments, loader);
        program.main.start();
        return program;
    }

    private void run(Main method, List<String> arguments) {
        try {
            method.run(arguments);
        } catch (Throwable t) {
            failure = t;
        }
    }

    /** What its main method has thrown; null if it has not. */
    @Nullable
    Throwable failure() {
        return failure;
    }

    /** Whether a JVM of its own would have ended. */
    boolean hasEnded() {
        if (main.isAlive()) {
            return false;
        }
        Thread[] threads = new Thread[2 * group.activeCount() + 16];
        int count = group.enumerate(threads);
        for (int i = 0; i < count; i++) {
            if (!threads[i].isDaemon()) {
                return false;
            }
        }
        return true;
    }

    /** Whether nobody has asked this before. */
    boolean isFirstToTell() {
        return isTold.compareAndSet(false, true);
    }

    /** Waits a little, or until its main method has returned. */
    void await(long millis) throws InterruptedException {
        if (main.isAlive()) {
            main.join(millis);
        } else {
            Thread.sleep(millis);
        }
    }
}

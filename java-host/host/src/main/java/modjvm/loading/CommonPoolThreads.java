package modjvm.loading;

import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinWorkerThread;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The threads of the common pool, which runs parallel streams and
 * {@code CompletableFuture.supplyAsync} for every application of the JVM. The JDK gives them the
 * system class loader, which sees no application. These answer with the class loader of the
 * application whose code asks.
 */
public final class CommonPoolThreads implements ForkJoinPool.ForkJoinWorkerThreadFactory {
    private static final String PROPERTY = "java.util.concurrent.ForkJoinPool.common.threadFactory";
    private static final StackWalker STACK = StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE);

    /** Called by the JDK, once. */
    public CommonPoolThreads() {}

    /**
     * Has the JDK use this class; to be called before anything uses the common pool. A java-option
     * that names another class wins.
     */
    public static void install() {
        if (System.getProperty(PROPERTY) == null) {
            System.setProperty(PROPERTY, CommonPoolThreads.class.getName());
        }
    }

    @Override
    public ForkJoinWorkerThread newThread(ForkJoinPool pool) {
        return new Worker(pool);
    }

    /** A thread whose context class loader depends on who asks for it. */
    private static final class Worker extends ForkJoinWorkerThread {
        private Worker(ForkJoinPool pool) {
            super(pool);
            setContextClassLoader(
                    ClassLoader.getSystemClassLoader()); // not that of the thread that happens to need one more
        }

        @Override
        public @Nullable ClassLoader getContextClassLoader() {
            ClassLoader set = super.getContextClassLoader();
            TargetLoader own = STACK.walk(Worker::caller);
            return own == null || own == applicationOf(set) ? set : own;
        }

        /** The loader of the innermost application on the stack. */
        private static @Nullable TargetLoader caller(Stream<StackWalker.StackFrame> frames) {
            return frames.map(frame -> applicationOf(frame.getDeclaringClass().getClassLoader()))
                    .filter(loader -> loader != null)
                    .findFirst()
                    .orElse(null);
        }

        /** The loader itself, or the nearest of its parents, that is an application's. */
        private static @Nullable TargetLoader applicationOf(@Nullable ClassLoader loader) {
            for (ClassLoader each = loader; each != null; each = each.getParent()) {
                if (each instanceof TargetLoader application) {
                    return application;
                }
            }
            return null;
        }
    }
}

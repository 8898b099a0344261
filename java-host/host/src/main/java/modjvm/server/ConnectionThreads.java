package modjvm.server;

import java.lang.reflect.Method;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicLong;

/** Makes the threads that serve connections, not started yet. Thread-safe. */
public final class ConnectionThreads implements ThreadFactory {
    private static final String NAME = "modjvm-connection-";
    private static final int FIRST_WITH_VIRTUAL = 21;

    private final AtomicLong last = new AtomicLong();

    private ConnectionThreads() {}

    /**
     * Makes platform threads, or virtual ones.
     *
     * @throws StartException if this JDK has no virtual threads
     */
    public static ThreadFactory of(boolean isVirtual) throws StartException {
        return isVirtual ? virtual(Runtime.version().feature()) : new ConnectionThreads();
    }

    static ThreadFactory virtual(int version) throws StartException {
        if (version < FIRST_WITH_VIRTUAL) {
            throw new StartException("virtual-threads=on: Java " + FIRST_WITH_VIRTUAL + " or later is needed, this is "
                    + version + "; set java-home= or leave the option out");
        }
        try {
            // Thread.ofVirtual().name(NAME, 1).factory(), of a later Java than the one that this is
            // compiled for.
            Class<?> builder = Class.forName("java.lang.Thread$Builder");
            Method name = builder.getMethod("name", String.class, long.class);
            Object named = name.invoke(Thread.class.getMethod("ofVirtual").invoke(null), NAME, 1L);
            return (ThreadFactory) builder.getMethod("factory").invoke(named);
        } catch (ReflectiveOperationException e) {
            throw new StartException("virtual-threads=on: this Java has none: " + e);
        }
    }

    @Override
    public Thread newThread(Runnable task) {
        Thread thread = new Thread(task, NAME + last.incrementAndGet());
        thread.setDaemon(true);
        return thread;
    }
}

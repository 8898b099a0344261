package modjvm;

import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * What WebSockets do by the clock. One thread looks at all of them, so it never waits; what may
 * wait for a client is done by other threads. All of them end when idle, and have no class loader
 * nor thread-locals of an application.
 */
final class WebSocketTimer {
    private static final ScheduledThreadPoolExecutor TIMER =
            new ScheduledThreadPoolExecutor(1, work -> thread(work, "modjvm-websocket-timer"));
    private static final ExecutorService SENDERS = new ThreadPoolExecutor(
            0,
            Integer.MAX_VALUE,
            1,
            TimeUnit.MINUTES,
            new SynchronousQueue<>(),
            work -> thread(work, "modjvm-websocket-ping"));

    static {
        TIMER.setRemoveOnCancelPolicy(true);
        TIMER.setKeepAliveTime(1, TimeUnit.MINUTES);
        TIMER.allowCoreThreadTimeOut(true);
    }

    private WebSocketTimer() {}

    /** Runs this later, on the thread of all WebSockets. */
    static Future<?> after(Duration time, Runnable work) {
        return TIMER.schedule(work, time.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Runs this at once, on a thread that may wait. */
    static void aside(Runnable work) {
        SENDERS.execute(work);
    }

    private static Thread thread(Runnable work, String name) {
        Thread thread = new Thread(null, work, name, 0, false);
        thread.setDaemon(true);
        thread.setContextClassLoader(WebSocketTimer.class.getClassLoader());
        return thread;
    }
}

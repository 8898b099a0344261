package modjvm.spi;

import org.jspecify.annotations.Nullable;

/**
 * The part of an exchange that knows whether its client has left, and tells who serves it. Made by
 * the thread that serves the exchange. A superclass and not a field: there is one for each request.
 */
abstract class Abortable {
    private final Thread thread = Thread.currentThread();
    /** Guarded by this. */
    private @Nullable Runnable onAbort;
    /** Written under the lock of this; volatile, because who waits looks without it. */
    private volatile boolean isAborted;
    /** Written under the lock of this; volatile, because who comes late looks without it. */
    private volatile boolean isOver;

    /**
     * Interrupts the thread, and runs the action.
     *
     * @return false if it is known already that the client has left, or the exchange is over;
     *     nothing happens then
     */
    final boolean noteAbort() {
        Runnable action;
        synchronized (this) {
            if (isOver || isAborted) {
                return false;
            }
            isAborted = true;
            thread.interrupt();
            action = onAbort;
        }
        if (action != null) {
            action.run();
        }
        return true;
    }

    /**
     * The exchange is over. Called by the connector, on the exchange's thread; an interrupt that
     * was meant for the exchange does not outlive it.
     */
    public final void end() {
        synchronized (this) {
            isOver = true;
        }
        Thread.interrupted();
    }

    /**
     * Returns the thread that serves the exchange.
     *
     * @return the thread that has made it
     */
    public final Thread thread() {
        return thread;
    }

    /**
     * Runs an action when the client leaves: see {@link Exchange#onAbort}.
     *
     * @param action replaces an earlier one
     */
    public final void onAbort(Runnable action) {
        synchronized (this) {
            onAbort = action;
            if (!isAborted) {
                return;
            }
        }
        action.run();
    }

    /**
     * Tells whether the client has left: see {@link Exchange#isAborted}.
     *
     * @return whether that is known
     */
    public final boolean isAborted() {
        return isAborted;
    }

    /**
     * Tells whether the exchange is over.
     *
     * @return whether {@link #end} has been called
     */
    protected final boolean isOver() {
        return isOver;
    }
}

package modjvm.loading;

import modjvm.spi.ApplicationKey;
import modjvm.spi.Handler;
import modjvm.spi.LoadException;

/** Finds the application that a request is for. Implementations are thread-safe. */
public interface Applications {
    /**
     * Tells the applications that have something to hand over that the process drains. Does not
     * wait, and has no effect the second time.
     */
    default void drain() {}

    /**
     * Whether {@link #find} would look for this application: the settings name it, or allow
     * requests to bring it.
     */
    default boolean knows(ApplicationKey application) {
        return true;
    }

    /**
     * Returns the handler of an application, and loads it first where that has not happened yet.
     *
     * @return the handler, the same one for equal keys; it sets the context class loader of the
     *     thread that calls it
     * @throws LoadException if it cannot be loaded, with the status for the client and the reason
     *     for the log
     */
    Handler find(ApplicationKey application) throws LoadException;
}

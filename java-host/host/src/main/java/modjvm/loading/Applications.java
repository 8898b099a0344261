package modjvm.loading;

import modjvm.Application;
import modjvm.spi.LoadException;

/** Finds the application that a request is for. Implementations are thread-safe. */
public interface Applications {
    /** Whether {@link #find} would look for this application: the settings name it, or allow requests to bring it. */
    default boolean knows(byte[] definition) {
        return true;
    }

    /**
     * Returns the application of a definition, and loads it first where that has not happened yet.
     *
     * @param definition the record that a REQUEST bears (PROTOCOL.md, section 5); not kept unless copied
     * @return the application, the same one for equal definitions; it sets the context class loader of the thread
     *     that calls it
     * @throws LoadException if it cannot be loaded, with the status for the client and the reason for the log
     */
    Application find(byte[] definition) throws LoadException;
}

package modjvm.boot;

import java.util.Map;
import modjvm.spi.Handler;

/** What the inside of an application tells the host's side, and is told. Thread-safe. */
public interface Link {
    /**
     * Returns properties that win over all others of the application.
     *
     * @return names and values
     */
    Map<String, Object> properties();

    /**
     * Tells that the application's web server has started.
     *
     * @param server serves exchanges
     */
    void started(Handler server);

    /** Tells that the application's web server has stopped. */
    void stopped();

    /**
     * Tells that the application has started as a whole, its runners included.
     *
     * @param closing closes it
     */
    void ready(Runnable closing);

    /**
     * Tells whether the application accepts traffic.
     *
     * @param accepts false while it asks to be left alone
     */
    void accepts(boolean accepts);

    /**
     * Tells that the application does not start.
     *
     * @param cause why
     */
    void failed(Throwable cause);
}

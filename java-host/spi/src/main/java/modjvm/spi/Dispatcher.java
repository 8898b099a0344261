package modjvm.spi;

import java.io.IOException;
import java.time.Duration;

/** What connectors hand their requests to. Thread-safe. */
public interface Dispatcher {
    /**
     * Asks for admission, without waiting. For connectors with a queue in front of them, as httpd
     * has one.
     *
     * @return the permit; to be closed if it is admitted
     */
    Permit tryAdmit();

    /**
     * Asks for admission, and waits for it. For connectors without a queue in front of them.
     *
     * @param patience how long to wait
     * @return the permit; to be closed if it is admitted
     * @throws InterruptedException if the thread is interrupted while it waits
     */
    Permit admit(Duration patience) throws InterruptedException;

    /**
     * Tells whether {@link #serve} would look for this application: the settings name it, or allow
     * requests to bring it.
     *
     * @param application the application
     * @return false if a request for it is best refused
     */
    boolean knows(ApplicationKey application);

    /**
     * Serves an exchange on the calling thread. Returns when it has been answered, however that
     * went: if the application fails, the dispatcher logs that and answers. The connector then
     * drops what is left of the request's body and closes the permit.
     *
     * @param exchange made by the calling thread, for this call
     * @param application which application is to serve
     * @throws IOException if the connection is lost: there is nobody to answer
     * @throws VirtualMachineError if the virtual machine has failed; the process is to end
     */
    void serve(AbstractExchange exchange, ApplicationKey application) throws IOException;
}

package modjvm.spi;

/**
 * Hears how far the answer to a request has got. Called by the thread that answers. Throws nothing.
 */
public interface ExchangeObserver {
    /** The response is about to begin. */
    void responding();

    /** The last bytes are about to leave: what is to precede them must be sent now. */
    void ending();
}

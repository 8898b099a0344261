package modjvm.spi;

/**
 * The answer to a request that asks for admission. An admitted request is in flight until the permit is closed; whoever drains waits for that.
 *
 * <p>Used by one thread at a time, but for {@link #isAbandoned}.
 */
public interface Permit extends AutoCloseable {
    /**
     * Returns a permit that nobody counts: a refusal, or the permit of an exchange that takes nobody's place.
     *
     * @param verdict whether the request is admitted
     * @return the permit; its methods have no effect
     */
    static Permit uncounted(Verdict verdict) {
        return new UncountedPermit(verdict);
    }

    /**
     * Returns whether the request is admitted.
     *
     * @return the verdict; unless it is {@link Verdict#ADMITTED}, the other methods have no effect
     */
    Verdict verdict();

    /** Lets the next request in, if that has not happened yet. Called just before the last bytes of a response leave. */
    void release();

    /**
     * Tells whether whoever drains has given the request up.
     *
     * @return whether nobody waits for it any more
     */
    boolean isAbandoned();

    /** Releases; the request is in flight no more. Called once, by the connector. */
    @Override
    void close();
}

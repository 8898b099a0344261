package modjvm.spi;

/**
 * The answer to a request that asks for admission. An admitted request is in flight until the
 * permit is closed; whoever drains waits for that.
 *
 * <p>Used by one thread at a time, but for {@link #isAbandoned} and {@link #release}.
 */
public interface Permit extends AutoCloseable {
    /**
     * Returns a permit that nobody counts: a refusal, or the permit of an exchange that takes
     * nobody's place.
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

    /**
     * Gives the place back until {@link #resume}, because the request only waits. It stays in
     * flight.
     *
     * @return false if it has no place to give back; nothing has changed then
     */
    default boolean pause() {
        return false;
    }

    /**
     * Takes a place again after {@link #pause}: if none is free for a second, or the thread is
     * interrupted, one more than there are.
     */
    default void resume() {}

    /**
     * Lets the next request in, if that has not happened yet. Called just before the last bytes of
     * a response leave.
     */
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

package modjvm.health;

/**
 * What a {@link Timer} does from time to time. It waits for nothing, for no file and no socket:
 * other tasks would wait with it.
 */
public interface PeriodicTask {
    /** A pause that does not end. */
    long NEVER = Long.MAX_VALUE;

    /**
     * There is nothing to do until something begins: a pause that ends with the next pass of the
     * timer, and has none made.
     */
    long REST = Long.MAX_VALUE - 1;

    /**
     * Does what is due.
     *
     * @param nowNanos the time, by the clock of System.nanoTime
     * @return how many nanoseconds later to come again; sooner, if something begins
     */
    long perform(long nowNanos);
}

package modjvm.health;

/** What a {@link Timer} does from time to time. It waits for nothing, for no file and no socket: other tasks would wait with it. */
public interface PeriodicTask {
    /** A pause that does not end. */
    long NEVER = Long.MAX_VALUE;

    /**
     * Does what is due.
     *
     * @param nowNanos the time, by the clock of System.nanoTime
     * @return how many nanoseconds later to come again
     */
    long perform(long nowNanos);
}

package modjvm.health;

/**
 * What is done with the memory of the process, outside of what the JVM itself does. Thread-safe.
 */
public interface Memory {
    /** How much of it is resident; 0 if that cannot be told. */
    long residentBytes();

    /** How large the part of the heap is in which objects are made; 0 if that cannot be told. */
    long edenBytes();

    /** Gives the pages of an array back that nothing has been written to, and nothing ever will. */
    void hollow(byte[] zeros);

    /** Gives back what the C library and the JDK hold and do not use. */
    void giveBack();

    /**
     * Gives back what the current thread's stack holds beyond what is in use: for a thread that has
     * been deep, and only waits from now on.
     */
    void giveBackStack();
}

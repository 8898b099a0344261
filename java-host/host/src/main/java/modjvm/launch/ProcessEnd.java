package modjvm.launch;

/** How a daemon learns that it is to end, and how it ends. Thread-safe. */
interface ProcessEnd {
    /** The command to drain, as {@link #awaitCommand} returns it. */
    int DRAIN = LifecycleMessages.DRAIN;

    /** The question whether the process is there still. */
    int ASK = LifecycleMessages.ASK;

    /** What {@link #awaitCommand} returns when the supervisor has gone. */
    int GONE = -1;

    /** Waits for the supervisor's next command. */
    int awaitCommand();

    /** Adds what is to be done when the process ends in order. */
    void atExit(Runnable action);

    /** Ends the process; what {@link #atExit} has added runs before. */
    void exit(int code);

    /** Ends the process at once. */
    void halt(int code);
}

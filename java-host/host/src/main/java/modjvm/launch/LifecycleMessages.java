package modjvm.launch;

/**
 * Numbers and letters of LIFECYCLE.md that are the host's; {@code lifecycle.txt} has all of them.
 */
final class LifecycleMessages {
    /** Bytes of a message, its type included. */
    static final int MAX = 1024;

    static final int READY = 'R';
    static final int WORKING = 'W';
    static final int MOUNT = 'M';
    static final int ALIVE = 'H';
    static final int RESTING = 'Q';
    static final int PRESENT = 'P';
    static final int IDLE = 'I';
    static final int REPLACE = 'O';
    static final int CHANGED = 'C';
    static final int FAILED = 'F';
    static final int ASK = 'P';
    static final int DRAIN = 'D';

    private LifecycleMessages() {}
}

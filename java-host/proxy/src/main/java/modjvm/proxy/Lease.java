package modjvm.proxy;

/**
 * The use of a connection by one exchange: the exchange's thread ends it, and any thread may break
 * it off.
 */
final class Lease {
    private final ServerConnection connection;
    /** Guarded by this. */
    private boolean isOver;

    Lease(ServerConnection connection) {
        this.connection = connection;
    }

    /** The client has left. Has no effect on a connection that somebody else may have by now. */
    synchronized void breakOff() {
        if (!isOver) {
            isOver = true;
            connection.close();
        }
    }

    /**
     * The exchange needs it no more.
     *
     * @return false if it was broken off
     */
    synchronized boolean end() {
        boolean isWhole = !isOver;
        isOver = true;
        return isWhole;
    }
}

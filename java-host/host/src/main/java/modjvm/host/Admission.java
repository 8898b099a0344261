package modjvm.host;

/**
 * The permits of a daemon: how many requests may be in the application at once, and how many have not been answered in full. Thread-safe by
 * its lock.
 *
 * <p>A permit is given back just before the last bytes of a response leave, because httpd may send the next request as soon as it has them;
 * the request stays in flight until they have left.
 */
final class Admission {
    /** What becomes of a request. */
    enum Verdict {
        ADMITTED,
        FULL,
        DRAINING
    }

    private int permits;
    private int inFlight;
    private boolean draining;

    Admission(int permits) {
        this.permits = permits;
    }

    /** Takes a permit; where that succeeds, {@link #release} and {@link #leave} follow, once each. */
    synchronized Verdict enter() {
        if (draining) {
            return Verdict.DRAINING;
        }
        if (permits == 0) {
            return Verdict.FULL;
        }
        permits--;
        inFlight++;
        return Verdict.ADMITTED;
    }

    synchronized void release() {
        permits++;
    }

    synchronized void leave() {
        inFlight--;
        if (draining && inFlight == 0) {
            notifyAll();
        }
    }

    /** From now on nothing is admitted. */
    synchronized void drain() {
        draining = true;
    }

    /** Waits until nothing is in flight. */
    synchronized void awaitNoneInFlight() throws InterruptedException {
        while (inFlight > 0) {
            wait();
        }
    }
}

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

    /** An admitted request's; used by one thread. */
    static final class Permit implements AutoCloseable {
        private final Admission admission;
        private boolean released;

        Permit(Admission admission) {
            this.admission = admission;
        }

        /** Lets the next request in, if that has not happened yet. */
        void release() {
            if (!released) {
                released = true;
                admission.release();
            }
        }

        /** Releases, and is in flight no more. Once only. */
        @Override
        public void close() {
            release();
            admission.leave();
        }
    }

    /** Asks for admission; where it is given, a {@link Permit} is made, and closed in the end. */
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

    private synchronized void release() {
        permits++;
    }

    private synchronized void leave() {
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

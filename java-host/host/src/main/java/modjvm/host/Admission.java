package modjvm.host;

/**
 * The permits of a daemon: how many requests may be in the application at once, and how many have not been answered in full. Thread-safe by
 * its lock.
 *
 * <p>A permit is given back just before the last bytes of a response leave, because httpd may send the next request as soon as it has them;
 * the request stays in flight until they have left. A tunnel gives its permit back when it opens, and is in flight until it ends.
 */
final class Admission {
    /** What becomes of a request. */
    enum Verdict {
        ADMITTED,
        FULL,
        DRAINING
    }

    /**
     * What has been served so far.
     *
     * @param inFlight requests and tunnels that have not ended; without those that are waited for no more
     * @param finished requests and tunnels that have
     */
    record Count(int inFlight, long finished) {}

    private int permits;
    private int inFlight;
    private long finished;
    private boolean draining;
    /** After so many that have finished, {@link #atMilestone} is run. */
    private long milestone = Long.MAX_VALUE;

    private Runnable atMilestone = new Runnable() {
        @Override
        public void run() {}
    };

    Admission(int permits) {
        this.permits = permits;
    }

    /** An admitted request's; used by one thread, but for {@link #abandon} and {@link #isAbandoned}. */
    static final class Permit implements AutoCloseable {
        private final Admission admission;
        /** Both guarded by the admission's lock. */
        private boolean released;

        private boolean abandoned;

        Permit(Admission admission) {
            this.admission = admission;
        }

        /** Lets the next request in, if that has not happened yet. */
        void release() {
            admission.release(this);
        }

        /** Releases, and is in flight no more. Once only. */
        @Override
        public void close() {
            admission.leave(this);
        }

        /**
         * Whoever drains waits for the request no more.
         *
         * @return false if it has been answered, has become a tunnel, or has been abandoned before
         */
        boolean abandon() {
            return admission.abandon(this);
        }

        boolean isAbandoned() {
            synchronized (admission) {
                return abandoned;
            }
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

    private synchronized void release(Permit permit) {
        if (!permit.released) {
            permit.released = true;
            permits++;
        }
    }

    private void leave(Permit permit) {
        boolean isMilestone;
        synchronized (this) {
            release(permit);
            finished++;
            if (!permit.abandoned) {
                forget();
            }
            isMilestone = finished == milestone;
        }
        if (isMilestone) {
            atMilestone.run();
        }
    }

    private synchronized boolean abandon(Permit permit) {
        boolean isRunning = !permit.released && !permit.abandoned;
        if (isRunning) {
            permit.abandoned = true;
            forget();
        }
        return isRunning;
    }

    private void forget() {
        inFlight--;
        if (draining && inFlight == 0) {
            notifyAll();
        }
    }

    synchronized Count count() {
        return new Count(inFlight, finished);
    }

    /** Runs this when so many have finished in all, on the thread of the last one; not if that has been already. */
    synchronized void whenFinished(long count, Runnable action) {
        milestone = count;
        atMilestone = action;
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

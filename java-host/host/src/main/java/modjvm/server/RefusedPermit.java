package modjvm.server;

import modjvm.spi.Permit;
import modjvm.spi.Verdict;

/** The answers to requests that are not admitted. */
enum RefusedPermit implements Permit {
    FULL(Verdict.FULL),
    DRAINING(Verdict.DRAINING);

    private final Verdict verdict;

    RefusedPermit(Verdict verdict) {
        this.verdict = verdict;
    }

    @Override
    public Verdict verdict() {
        return verdict;
    }

    @Override
    public void release() {
        // There is nothing to give back.
    }

    @Override
    public boolean isAbandoned() {
        return false;
    }

    @Override
    public void close() {
        // Nor here.
    }
}

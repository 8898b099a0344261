package modjvm.servlet;

import modjvm.spi.Permit;
import modjvm.spi.Verdict;

/** Admits. */
final class FakePermit implements Permit {
    @Override
    public Verdict verdict() {
        return Verdict.ADMITTED;
    }

    @Override
    public void release() {}

    @Override
    public boolean isAbandoned() {
        return false;
    }

    @Override
    public void close() {}
}

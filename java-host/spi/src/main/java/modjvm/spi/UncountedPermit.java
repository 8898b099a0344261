package modjvm.spi;

/** A permit with which nothing is counted. */
record UncountedPermit(Verdict verdict) implements Permit {
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

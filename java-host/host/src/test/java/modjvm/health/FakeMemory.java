package modjvm.health;

/** Memory of which a test says how much there is. */
public final class FakeMemory implements Memory {
    volatile long residentBytes = 100L << 20;
    volatile long edenBytes;
    volatile int hollowed;
    volatile long hollowedBytes;
    volatile int givenBack;

    @Override
    public long residentBytes() {
        return residentBytes;
    }

    @Override
    public long edenBytes() {
        return edenBytes;
    }

    @Override
    public void hollow(byte[] zeros) {
        hollowed++;
        hollowedBytes += zeros.length;
    }

    @Override
    public void giveBack() {
        givenBack++;
    }

    @Override
    public void giveBackStack() {}
}

package modjvm.health;

/** Memory of which a test says how much there is. */
public final class FakeMemory implements Memory {
    volatile long residentBytes = 100L << 20;
    volatile int hollowed;
    volatile int givenBack;

    @Override
    public long residentBytes() {
        return residentBytes;
    }

    @Override
    public void hollow(byte[] zeros) {
        hollowed++;
    }

    @Override
    public void giveBack() {
        givenBack++;
    }
}

package modjvm.spi;

import java.util.Arrays;

/** Names an application: the record of its definition (PROTOCOL.md, section 5). Two keys are equal if their bytes are. Immutable. */
public final class ApplicationKey {
    private final byte[] definition;
    private final int hash;

    private ApplicationKey(byte[] definition) {
        this.definition = definition;
        this.hash = Arrays.hashCode(definition);
    }

    /**
     * Makes a key. A connector keeps the key of the last request rather than make an equal one for the next.
     *
     * @param definition the record; copied
     * @return the key
     */
    public static ApplicationKey of(byte[] definition) {
        return new ApplicationKey(definition.clone());
    }

    /**
     * Makes a key of a part of a message.
     *
     * @param message holds the record, among other bytes
     * @param from where the record begins
     * @param to where it ends
     * @return the key
     */
    public static ApplicationKey of(byte[] message, int from, int to) {
        return new ApplicationKey(Arrays.copyOfRange(message, from, to));
    }

    /**
     * Tells whether a part of a message is this key's record.
     *
     * @param message holds a record, among other bytes
     * @param from where the record begins
     * @param to where it ends
     * @return whether it has the same bytes
     */
    public boolean is(byte[] message, int from, int to) {
        return Arrays.equals(message, from, to, definition, 0, definition.length);
    }

    /**
     * Returns the record.
     *
     * @return a copy
     */
    public byte[] definition() {
        return definition.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ApplicationKey key && Arrays.equals(definition, key.definition);
    }

    @Override
    public int hashCode() {
        return hash;
    }
}

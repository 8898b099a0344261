package modjvm.spi;

import java.util.Arrays;

/**
 * Names an application: the record of its definition (PROTOCOL.md, section 5). Two keys are equal
 * if their bytes are. Immutable.
 */
public final class ApplicationKey {
    private final byte[] definition;
    private final int hash;

    private ApplicationKey(byte[] definition) {
        this.definition = definition;
        this.hash = Arrays.hashCode(definition);
    }

    /**
     * Makes a key. A connector keeps the key of the last request rather than make an equal one for
     * the next.
     *
     * @param definition the record; copied
     * @return the key
     */
    public static ApplicationKey of(byte[] definition) {
        return new ApplicationKey(definition.clone());
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

package modjvm.record;

/**
 * The hash by which both sides name things, as eight hexadecimal digits: it tells them apart, and
 * keeps no secret.
 */
public final class Fnv {
    private static final int OFFSET = 0x811c9dc5;
    private static final int PRIME = 16777619;

    /** Of what {@link #hex} returns. */
    public static final int DIGITS = 8;

    private Fnv() {}

    /** Returns the 32-bit FNV-1a hash, in lower case. */
    public static String hex(byte[] bytes) {
        int hash = OFFSET;
        for (byte octet : bytes) {
            hash = (hash ^ octet & 0xff) * PRIME;
        }
        String hex = Integer.toHexString(hash);
        return "0".repeat(DIGITS - hex.length()) + hex;
    }
}

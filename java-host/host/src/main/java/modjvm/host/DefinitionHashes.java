package modjvm.host;

import java.util.List;

/** Definitions in a lifecycle message: the FNV-1a hash of each (32 bits, eight lower-case hex digits), separated by spaces. */
final class DefinitionHashes {
    private static final int OFFSET = 0x811c9dc5;
    private static final int PRIME = 16777619;
    private static final int DIGITS = 8;
    /** As many as fit a message. */
    private static final int MOST = (DaemonLifecycle.MAX_TEXT + 1) / (DIGITS + 1);

    private DefinitionHashes() {}

    static String of(List<byte[]> definitions) {
        StringBuilder text = new StringBuilder();
        for (byte[] definition : definitions.subList(0, Math.min(MOST, definitions.size()))) {
            if (text.length() > 0) {
                text.append(' ');
            }
            String hex = Integer.toHexString(hash(definition));
            text.append("0".repeat(DIGITS - hex.length())).append(hex);
        }
        return text.toString();
    }

    private static int hash(byte[] bytes) {
        int hash = OFFSET;
        for (byte octet : bytes) {
            hash = (hash ^ octet & 0xff) * PRIME;
        }
        return hash;
    }
}

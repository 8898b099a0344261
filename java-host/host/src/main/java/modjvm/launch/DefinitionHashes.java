package modjvm.launch;

import java.util.List;
import modjvm.record.Fnv;

/** Definitions in a lifecycle message: the {@link Fnv} hash of each, separated by spaces. */
final class DefinitionHashes {
    /** As many as fit a message. */
    private static final int MOST = (DaemonSupervisor.MAX_TEXT + 1) / (Fnv.DIGITS + 1);

    private DefinitionHashes() {}

    static String of(List<byte[]> definitions) {
        StringBuilder text = new StringBuilder();
        for (byte[] definition : definitions.subList(0, Math.min(MOST, definitions.size()))) {
            if (text.length() > 0) {
                text.append(' ');
            }
            text.append(Fnv.hex(definition));
        }
        return text.toString();
    }
}

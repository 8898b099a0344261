package modjvm.loading;

import java.util.List;

/**
 * The literal parts of a path, in their order; between two of them there may be anything. A folder
 * is itself with a slash, and an empty part.
 *
 * @param parts at least one
 */
record TargetForm(List<String> parts) {
    /** Reads the parts, which a NUL separates. */
    static TargetForm parse(String text) {
        return new TargetForm(List.of(text.split("\0", -1)));
    }

    boolean matches(String path) {
        String first = parts.get(0);
        String last = parts.get(parts.size() - 1);
        if (parts.size() == 1) {
            return path.equals(first);
        }
        int end = path.length() - last.length();
        if (end < first.length() || !path.startsWith(first) || !path.endsWith(last)) {
            return false;
        }
        int at = first.length();
        for (String part : parts.subList(1, parts.size() - 1)) {
            at = path.indexOf(part, at);
            if (at < 0 || at + part.length() > end) {
                return false;
            }
            at += part.length();
        }
        return true;
    }
}

package modjvm.loading;

/** Text for a log line. */
final class OneLine {
    private static final int MAX_CHARS = 2_000;

    private OneLine() {}

    /** Describes an exception as its own {@code toString} does, on one line. */
    static String of(Throwable thrown) {
        try {
            return join(String.valueOf(thrown));
        } catch (RuntimeException e) {
            return thrown.getClass().getName(); // its message cannot be had
        }
    }

    /** Joins lines by semicolons, shortens gaps, and drops what could forge a log line. */
    static String join(String text) {
        StringBuilder line = new StringBuilder(text.length());
        boolean isGap = false;
        for (int i = 0; i < text.length() && line.length() < MAX_CHARS; i++) {
            char c = text.charAt(i);
            boolean isIndentation = c <= ' ' && (isGap || endsBlank(line));
            if (c == '\n' || c == '\r') {
                isGap = true;
            } else if (!isIndentation) {
                if (isGap && line.length() > 0) {
                    line.append(line.charAt(line.length() - 1) == ':' ? " " : "; ");
                }
                isGap = false;
                line.append(Character.isISOControl(c) ? ' ' : c);
            }
        }
        return line.toString();
    }

    private static boolean endsBlank(StringBuilder line) {
        return line.length() > 0 && line.charAt(line.length() - 1) == ' ';
    }
}

package modjvm.cli;

import java.util.Locale;

/**
 * Text of a daemon's making, made fit for a terminal. The supervisor escapes it too; this holds for
 * whatever else may listen on a control socket.
 */
final class Printable {
    /** Tags and variation selectors: all of them, assigned or not. */
    private static final int FIRST_OF_TAGS = 0xE0000;

    private static final int LAST_OF_TAGS = 0xE0FFF;

    private Printable() {}

    /**
     * Escapes what a terminal would act on, or what would change how other characters are shown:
     * all control characters but the tab, Unicode's format characters (directions, joiners),
     * separators of lines and paragraphs, tags, and halves of surrogate pairs.
     *
     * @return the text with each of these as &#92;uHHHH
     */
    static String of(String text) {
        StringBuilder out = new StringBuilder(text.length());
        text.codePoints().forEach(character -> {
            if (isSafe(character)) {
                out.appendCodePoint(character);
            } else {
                for (char unit : Character.toChars(character)) {
                    out.append(String.format(Locale.ROOT, "\\u%04x", (int) unit));
                }
            }
        });
        return out.toString();
    }

    private static boolean isSafe(int character) {
        if (character == '\t') {
            return true;
        }
        return switch (Character.getType(character)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE -> false;
            default -> character < FIRST_OF_TAGS || character > LAST_OF_TAGS;
        };
    }
}

package modjvm;

import java.util.Objects;

/**
 * One field of a request or response head. It cannot hold anything that would split a message.
 *
 * @param name a token (RFC 9110, section 5.6.2); compared without regard to case
 * @param value characters up to U+00FF, each one byte of the message (ISO-8859-1); no control
 *     character but the tab
 */
public record Header(String name, String value) {
    private static final String TOKEN_MARKS = "!#$%&'*+-.^_`|~";

    /**
     * Checks both.
     *
     * @param name the name
     * @param value the value
     * @throws IllegalArgumentException if the name or the value is not what it must be; says which
     *     character of which header, but not the value
     */
    public Header {
        checkName(Objects.requireNonNull(name, "name"));
        checkValue(name, Objects.requireNonNull(value, "value"));
    }

    private static void checkName(String name) {
        if (name.isEmpty()) {
            throw new IllegalArgumentException("a header's name is empty");
        }
        for (int i = 0; i < name.length(); i++) {
            if (!isTokenChar(name.charAt(i))) {
                throw new IllegalArgumentException(
                        "header name \"" + printable(name) + "\": " + character(name, i) + " is not allowed in a name");
            }
        }
    }

    private static void checkValue(String name, String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c < ' ' && c != '\t' || c == 0x7f) {
                throw new IllegalArgumentException(
                        "value of header " + name + ": " + character(value, i) + " is a control character");
            }
            if (c > 0xff) {
                throw new IllegalArgumentException("value of header " + name + ": " + character(value, i)
                        + " is not in ISO-8859-1; encode it first (RFC 8187, or percent-encoding)");
            }
        }
    }

    static boolean isToken(String text) {
        return !text.isEmpty() && text.chars().allMatch(c -> isTokenChar((char) c));
    }

    private static boolean isTokenChar(char c) {
        return c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || TOKEN_MARKS.indexOf(c) >= 0;
    }

    private static String character(String text, int index) {
        return String.format("U+%04X at index %d", (int) text.charAt(index), index);
    }

    private static String printable(String text) {
        StringBuilder clean = new StringBuilder();
        text.chars().forEach(c -> clean.append(c < ' ' || c > '~' ? '?' : (char) c));
        return clean.toString();
    }
}

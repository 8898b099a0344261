package modjvm;

import java.nio.charset.StandardCharsets;

/** The value of a Location header. */
final class Location {
    /** What RFC 3986 allows, and the percent sign of what is encoded already. */
    private static final String ALLOWED = "-._~:/?#[]@!$&'()*+,;=";

    private static final char[] HEX = "0123456789ABCDEF".toCharArray();

    private Location() {}

    /**
     * Encodes what cannot stand in a URL, and leaves the rest, what is encoded included, as it is.
     */
    static String encode(String location) {
        StringBuilder encoded = new StringBuilder(location.length());
        for (int i = 0; i < location.length(); ) {
            int c = location.codePointAt(i);
            if (Character.isISOControl(c)) {
                throw new IllegalArgumentException(
                        "Location: a control character (" + c + ") at " + i + "; leave it out");
            }
            if (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE) {
                throw new IllegalArgumentException("Location: half of a surrogate pair at " + i + "; leave it out");
            }
            int length = Character.charCount(c);
            if (isAllowed(c) || c == '%' && isEncoded(location, i)) {
                encoded.append((char) c);
            } else {
                percent(encoded, location.substring(i, i + length));
            }
            i += length;
        }
        return encoded.toString();
    }

    private static boolean isAllowed(int c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || ALLOWED.indexOf(c) >= 0;
    }

    private static boolean isEncoded(String location, int at) {
        return at + 2 < location.length() && isHex(location.charAt(at + 1)) && isHex(location.charAt(at + 2));
    }

    private static boolean isHex(char c) {
        return c < 128 && Character.digit(c, 16) >= 0;
    }

    private static void percent(StringBuilder out, String text) {
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            out.append('%').append(HEX[b >> 4 & 0xf]).append(HEX[b & 0xf]);
        }
    }
}

package modjvm.httpserver;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** Makes the URIs of requests. */
final class Uris {
    private static final String IN_PATH = "-._~!$&'()*+,;=:@/";
    private static final String IN_QUERY = IN_PATH + "?[]";
    private static final int HEX = 16;
    private static final HexFormat DIGITS = HexFormat.of().withUpperCase();

    private Uris() {}

    /**
     * Makes a URI, in which what none can hold is encoded, such as {@code |} or a {@code %} without
     * digits.
     *
     * @param path begins with a slash; two of them would begin a host
     * @param query empty for none
     */
    static URI of(String path, String query) {
        int start = 0;
        while (path.startsWith("//", start)) {
            start++;
        }
        String encoded = encoded(path.substring(start), IN_PATH);
        return URI.create(query.isEmpty() ? encoded : encoded + "?" + encoded(query, IN_QUERY));
    }

    private static String encoded(String text, String legal) {
        StringBuilder encoded = new StringBuilder(text.length());
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < bytes.length; i++) {
            char c = (char) (bytes[i] & 0xff);
            boolean isEscape = c == '%' && i + 2 < bytes.length && isHex(bytes[i + 1]) && isHex(bytes[i + 2]);
            boolean isPlain = c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z';
            if (isEscape || isPlain || legal.indexOf(c) >= 0) {
                encoded.append(c);
            } else {
                encoded.append('%').append(DIGITS.toHexDigits((byte) c));
            }
        }
        return encoded.toString();
    }

    private static boolean isHex(byte octet) {
        return Character.digit(octet, HEX) >= 0;
    }
}

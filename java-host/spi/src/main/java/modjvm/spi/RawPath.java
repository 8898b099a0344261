package modjvm.spi;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/**
 * The path of a request as the client has written it, where that is what the server in front has
 * judged; else that path, encoded. So an application that looks at the raw path sees none that
 * nobody was asked about.
 */
public final class RawPath {
    private static final String UNRESERVED = "-._~!$&'()*+,;=:@/";
    private static final int HEX = 16;
    private static final HexFormat DIGITS = HexFormat.of().withUpperCase();

    private RawPath() {}

    /**
     * Returns the whole path.
     *
     * @param head of the request
     * @return the path from the root, encoded; begins with a slash
     */
    public static String whole(RequestHead head) {
        String path = head.scriptName() + head.pathInfo();
        String raw = raw(head.target());
        boolean isSame = raw.startsWith("/") && !hasDots(path) && decode(raw).equals(path);
        return isSame ? raw : encode(path.startsWith("/") ? path : "/" + path);
    }

    /**
     * Returns the path below the mount.
     *
     * @param head of the request
     * @return the path, encoded; empty, or begins with a slash
     */
    public static String belowMount(RequestHead head) {
        String whole = whole(head);
        String mount = encode(head.scriptName());
        if (!head.pathInfo().isEmpty() && whole.startsWith(mount + "/")) {
            return whole.substring(mount.length());
        }
        return encode(head.pathInfo());
    }

    private static String raw(String target) {
        int query = target.indexOf('?');
        return query < 0 ? target : target.substring(0, query);
    }

    private static boolean hasDots(String path) {
        return path.contains("/./") || path.contains("/../") || path.endsWith("/.") || path.endsWith("/..");
    }

    private static String decode(String raw) {
        byte[] bytes = raw.getBytes(StandardCharsets.UTF_8);
        int length = 0;
        for (int i = 0; i < bytes.length; i++) {
            int high = bytes[i] == '%' && i + 2 < bytes.length ? Character.digit(bytes[i + 1], HEX) : -1;
            int low = high >= 0 ? Character.digit(bytes[i + 2], HEX) : -1;
            if (low >= 0) {
                bytes[length] = (byte) (high * HEX + low);
                i += 2;
            } else {
                bytes[length] = bytes[i];
            }
            length++;
        }
        return new String(bytes, 0, length, StandardCharsets.UTF_8);
    }

    private static String encode(String path) {
        StringBuilder encoded = new StringBuilder(path.length() + HEX);
        for (byte octet : path.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (octet & 0xff);
            boolean isPlain =
                    c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || UNRESERVED.indexOf(c) >= 0;
            if (isPlain) {
                encoded.append(c);
            } else {
                encoded.append('%').append(DIGITS.toHexDigits((byte) c));
            }
        }
        return encoded.toString();
    }
}

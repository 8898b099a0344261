package modjvm.coyote;

import java.nio.charset.StandardCharsets;

/**
 * The path of a request for Tomcat. httpd has decided by its own understanding of the path who may
 * send the request, so the path must mean the same to Tomcat, which drops path parameters before
 * anything else.
 */
final class RequestPath {
    private static final String UNRESERVED = "-._~!$&'()*+,;=:@/";

    private RequestPath() {}

    /**
     * As the client wrote it, if that means the same to both; else httpd's, encoded. Empty if a
     * segment of that is {@code ..;} or {@code ;x/}, which is a name to httpd alone.
     *
     * @param target as in the request line
     * @param known the path as httpd has decoded it, from the root
     */
    static String of(String target, String known) {
        int query = target.indexOf('?');
        String raw = query < 0 ? target : target.substring(0, query);
        boolean isAscii = isAscii(raw);
        boolean isPlain = isAscii && raw.indexOf(';') < 0 && raw.indexOf('%') < 0;
        if (isPlain && raw.equals(known)) {
            return raw;
        }
        if (hasHiddenSegment(known)) {
            return "";
        }
        return isAscii && raw.startsWith("/") && meansTheSame(raw, known) ? raw : encode(known);
    }

    private static boolean meansTheSame(String raw, String known) {
        String stripped = withoutParameters(raw);
        String httpds = normal(known);
        String httpdsStripped = normal(withoutParameters(known));
        String tomcats = normal(decode(stripped, false));
        // httpd can be told to leave %2F as it is (AllowEncodedSlashes NoDecode).
        String tomcatsWithSlashes = normal(decode(stripped, true));
        return tomcats.equals(httpds)
                || tomcats.equals(httpdsStripped)
                || tomcatsWithSlashes.equals(httpds)
                || tomcatsWithSlashes.equals(httpdsStripped);
    }

    private static boolean isAscii(String path) {
        for (int i = 0; i < path.length(); i++) {
            if (path.charAt(i) > 0x7f) {
                return false;
            }
        }
        return true;
    }

    /** The last segment may be parameters alone: Tomcat itself writes {@code /;jsessionid=x}. */
    private static boolean hasHiddenSegment(String path) {
        for (int at = path.indexOf(';'); at >= 0; at = path.indexOf(';', at + 1)) {
            String segment = path.substring(path.lastIndexOf('/', at) + 1, at);
            boolean isLast = path.indexOf('/', at) < 0;
            if (segment.equals("..") || segment.equals(".") || segment.isEmpty() && !isLast) {
                return true;
            }
        }
        return false;
    }

    private static String withoutParameters(String path) {
        int at = path.indexOf(';');
        if (at < 0) {
            return path;
        }
        StringBuilder rest = new StringBuilder(path.length());
        for (int from = 0; from < path.length(); ) {
            int end = at < 0 ? path.length() : at;
            rest.append(path, from, end);
            int slash = path.indexOf('/', end);
            from = slash < 0 ? path.length() : slash;
            at = path.indexOf(';', from);
        }
        return rest.toString();
    }

    private static String decode(String raw, boolean keepsSlashes) {
        StringBuilder bytes = new StringBuilder(raw.length());
        for (int i = 0; i < raw.length(); i++) {
            int high = raw.charAt(i) == '%' && i + 2 < raw.length() ? Character.digit(raw.charAt(i + 1), 16) : -1;
            int low = high >= 0 ? Character.digit(raw.charAt(i + 2), 16) : -1;
            int octet = high * 16 + low;
            if (low < 0 || octet == '/' && keepsSlashes) {
                bytes.append(raw.charAt(i));
            } else {
                bytes.append((char) octet);
                i += 2;
            }
        }
        return new String(bytes.toString().getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }

    /** Without empty segments and dots, as both understand it. */
    private static String normal(String path) {
        if (!path.contains("//") && !path.contains("/.")) {
            return path;
        }
        StringBuilder normal = new StringBuilder(path.length());
        for (int at = 0; at <= path.length(); at++) {
            int end = path.indexOf('/', at);
            String segment = path.substring(at, end < 0 ? path.length() : end);
            if (segment.equals("..")) {
                normal.setLength(Math.max(0, normal.lastIndexOf("/")));
            } else if (!segment.isEmpty() && !segment.equals(".")) {
                normal.append('/').append(segment);
            }
            at += segment.length();
        }
        boolean isFolder = path.endsWith("/") || path.endsWith("/.") || path.endsWith("/..");
        return isFolder ? normal.append('/').toString() : normal.toString();
    }

    private static String encode(String path) {
        StringBuilder encoded = new StringBuilder(path.length() + 16);
        for (byte octet : path.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (octet & 0xff);
            boolean isPlain =
                    c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || UNRESERVED.indexOf(c) >= 0;
            if (isPlain) {
                encoded.append(c);
            } else {
                encoded.append('%').append(Character.forDigit(c >> 4, 16)).append(Character.forDigit(c & 15, 16));
            }
        }
        return encoded.toString();
    }
}

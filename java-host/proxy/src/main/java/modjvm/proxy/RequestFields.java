package modjvm.proxy;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Set;
import modjvm.Header;
import modjvm.Headers;
import modjvm.spi.RawPath;
import modjvm.spi.RequestHead;

/**
 * Writes the head of a request for the program's server: what the client has sent, without what is
 * about its connection to httpd or claims to be from a proxy, and what httpd knows of it.
 */
final class RequestFields {
    private static final String EXPECT = "expect";
    /** Claims of a proxy, of which httpd is the last. */
    private static final String FORWARDED_PREFIX = "x-forwarded-";

    private static final Set<String> DROPPED = Set.of(
            "connection",
            "content-length",
            EXPECT,
            "forwarded",
            "host",
            "keep-alive",
            "proxy",
            "proxy-authorization",
            "proxy-connection",
            "te",
            "transfer-encoding",
            "upgrade",
            "x-real-ip");

    private static final Set<String> WITH_BODY = Set.of("POST", "PUT", "PATCH");
    private static final HexFormat DIGITS = HexFormat.of().withUpperCase();

    private RequestFields() {}

    /**
     * Tells why a request is not forwarded: a server could take its path for another one than httpd
     * has judged, or its method for something else.
     *
     * @return empty if it is
     */
    static String refusal(RequestHead head) {
        String path = head.pathInfo();
        if (path.contains("/..;") || path.contains("/.;")) {
            return "a path with /..; or /.; is not forwarded";
        }
        String method = head.method();
        for (int i = 0; i < method.length(); i++) {
            if (method.charAt(i) <= ' ' || method.charAt(i) >= 0x7f) {
                return "a method with control characters is not forwarded";
            }
        }
        return "";
    }

    /**
     * Writes the head.
     *
     * @param upgrade what the client wants the connection to become; empty for nothing
     */
    static void write(RequestHead head, String upgrade, HeadBuffer out) {
        out.clear();
        String below = RawPath.belowMount(head);
        out.add(head.method()).add(" ").add(visible(below.isEmpty() ? "/" : below));
        if (!head.query().isEmpty()) {
            out.add("?").add(visible(head.query()));
        }
        out.add(" HTTP/1.1").endLine();
        Headers fields = head.headers();
        String host = fields.first("Host").orElseGet(() -> authority(head));
        out.field("Host", host);
        Set<String> named = FieldTokens.of(fields, "Connection");
        for (Header each : fields) {
            if (!isDropped(each.name(), named)) {
                out.field(each.name(), each.value());
            }
        }
        forwarded(head, host, out);
        framing(head, out);
        if (!upgrade.isEmpty()) {
            out.field("Connection", "Upgrade").field("Upgrade", upgrade);
        } else if (FieldTokens.of(fields, "TE").contains("trailers")) {
            out.field("Connection", "TE").field("TE", "trailers");
        }
        out.endLine();
    }

    private static String authority(RequestHead head) {
        boolean isUsual = head.serverPort() == (head.scheme().equals("https") ? 443 : 80);
        return isUsual ? head.serverName() : head.serverName() + ":" + head.serverPort();
    }

    /** Whether a field that follows the body is forwarded. */
    static boolean isForwardedAfterBody(String name) {
        return !isDropped(name, Set.of());
    }

    /** Servers that make variables of fields take an underscore for a hyphen. */
    private static boolean isDropped(String name, Set<String> named) {
        String lower = name.toLowerCase(Locale.ROOT).replace('_', '-');
        return DROPPED.contains(lower) || lower.startsWith(FORWARDED_PREFIX) || named.contains(lower);
    }

    private static void forwarded(RequestHead head, String host, HeadBuffer out) {
        out.field("X-Forwarded-For", head.clientAddress());
        out.field("X-Forwarded-Host", host);
        out.field("X-Forwarded-Proto", head.scheme());
        out.field("X-Forwarded-Port", Integer.toString(head.serverPort()));
        if (!head.scriptName().isEmpty()) {
            out.field("X-Forwarded-Prefix", visible(head.scriptName()));
        }
        if (!head.user().isEmpty()) {
            out.fieldOfText("X-Forwarded-User", head.user());
        }
    }

    private static void framing(RequestHead head, HeadBuffer out) {
        if (!head.hasBody()) {
            if (WITH_BODY.contains(head.method())) {
                out.field("Content-Length", "0");
            }
        } else if (head.contentLength().isPresent()) {
            out.field("Content-Length", Long.toString(head.contentLength().getAsLong()));
        } else {
            out.field("Transfer-Encoding", "chunked");
        }
        if (expectsContinue(head)) {
            out.field("Expect", "100-continue");
        }
    }

    /** Whether the client waits to be told to send the body. */
    static boolean expectsContinue(RequestHead head) {
        return head.hasBody() && head.headers().first(EXPECT).orElse("").equalsIgnoreCase("100-continue");
    }

    /** Encodes what may not be in a request target. */
    private static String visible(String text) {
        int plain = 0;
        while (plain < text.length() && text.charAt(plain) > ' ' && text.charAt(plain) < 0x7f) {
            plain++;
        }
        if (plain == text.length()) {
            return text;
        }
        StringBuilder encoded = new StringBuilder(2 * text.length());
        for (byte octet : text.getBytes(StandardCharsets.UTF_8)) {
            if (octet > ' ' && octet < 0x7f) {
                encoded.append((char) octet);
            } else {
                encoded.append('%').append(DIGITS.toHexDigits(octet));
            }
        }
        return encoded.toString();
    }
}

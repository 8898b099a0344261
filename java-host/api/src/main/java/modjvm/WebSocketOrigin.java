package modjvm;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Which pages may connect (RFC 6455, section 10.2). */
final class WebSocketOrigin {
    /** In place of an origin: all of them. */
    static final String ANY = "*";

    private static final Pattern ORIGIN = Pattern.compile("([a-z][a-z0-9+.-]*)://([^/?#@,\\s]+)");

    private WebSocketOrigin() {}

    /** Whether a text in lower case is an origin. */
    static boolean isOrigin(String text) {
        return ORIGIN.matcher(text).matches();
    }

    /**
     * Whether the request's page may connect.
     *
     * @param allowed the origins that may, in lower case; empty for the request's own host
     * @return true also where there is no page: only browsers send an Origin, and only they hold a
     *     user's cookies
     */
    static boolean isAllowed(Request request, Set<String> allowed) {
        List<String> origins = request.headers().all("Origin");
        if (origins.isEmpty() || allowed.contains(ANY)) {
            return true;
        }
        String origin = String.join(", ", origins).toLowerCase(Locale.ROOT);
        return allowed.isEmpty() ? isOwn(request, origin) : allowed.contains(origin);
    }

    private static boolean isOwn(Request request, String origin) {
        Matcher parts = ORIGIN.matcher(origin);
        Optional<String> host = request.headers().first("Host");
        if (!parts.matches() || host.isEmpty()) {
            return false;
        }
        String scheme = parts.group(1);
        // The other way round is a site whose TLS ends at a proxy before httpd.
        boolean isLessSecure = scheme.equals("http") && request.scheme().equals("https");
        return !isLessSecure
                && (scheme.equals("http") || scheme.equals("https"))
                && withoutDefaultPort(scheme, parts.group(2))
                        .equals(withoutDefaultPort(scheme, host.get().toLowerCase(Locale.ROOT)));
    }

    private static String withoutDefaultPort(String scheme, String authority) {
        String port = scheme.equals("https") ? ":443" : ":80";
        return authority.endsWith(port) ? authority.substring(0, authority.length() - port.length()) : authority;
    }
}

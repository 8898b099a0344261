package modjvm.proxy;

import java.util.ArrayList;
import java.util.List;
import modjvm.Header;
import modjvm.Headers;
import modjvm.spi.RequestHead;

/**
 * Redirects of a server that does not see the mount. What it says of its own paths is put below the
 * mount, unless it is there already, because the server heeds {@code X-Forwarded-Prefix}.
 */
final class Locations {
    private static final String LOCATION = "Location";
    private static final String CONTENT_LOCATION = "Content-Location";

    private Locations() {}

    static Headers below(Headers fields, RequestHead head) {
        String mount = head.scriptName();
        if (mount.isEmpty() || !fields.contains(LOCATION) && !fields.contains(CONTENT_LOCATION)) {
            return fields;
        }
        String host = head.headers().first("Host").orElse("");
        List<Header> changed = new ArrayList<>();
        for (Header each : fields) {
            boolean isPlace =
                    each.name().equalsIgnoreCase(LOCATION) || each.name().equalsIgnoreCase(CONTENT_LOCATION);
            changed.add(isPlace ? new Header(each.name(), below(each.value(), mount, host)) : each);
        }
        return Headers.of(changed);
    }

    private static String below(String place, String mount, String host) {
        int path = pathOf(place, host);
        if (path < 0 || isBelow(place.substring(path), mount)) {
            return place;
        }
        return place.substring(0, path) + mount + place.substring(path);
    }

    /** Where the path begins that is the server's own; negative if there is none. */
    private static int pathOf(String place, String host) {
        if (place.startsWith("/") && !place.startsWith("//")) {
            return 0;
        }
        for (String scheme : List.of("http://", "https://")) {
            int end = scheme.length() + host.length();
            if (!host.isEmpty()
                    && place.length() > end
                    && place.charAt(end) == '/'
                    && place.regionMatches(true, 0, scheme + host, 0, end)) {
                return end;
            }
        }
        return -1;
    }

    private static boolean isBelow(String path, String mount) {
        return path.startsWith(mount)
                && (path.length() == mount.length() || "/?#".indexOf(path.charAt(mount.length())) >= 0);
    }
}

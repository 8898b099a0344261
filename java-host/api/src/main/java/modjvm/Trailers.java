package modjvm;

import java.util.Locale;
import java.util.Objects;
import java.util.Set;

/** Fields that follow a body. */
final class Trailers {
    /**
     * What a recipient must know before the body, or must never take from behind it (RFC 9110,
     * section 6.5.1).
     */
    private static final Set<String> FORBIDDEN = Set.of(
            "age",
            "authorization",
            "cache-control",
            "connection",
            "content-encoding",
            "content-length",
            "content-range",
            "content-type",
            "date",
            "expect",
            "expires",
            "host",
            "keep-alive",
            "location",
            "max-forwards",
            "pragma",
            "proxy-authenticate",
            "proxy-authorization",
            "proxy-connection",
            "range",
            "retry-after",
            "set-cookie",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade",
            "vary",
            "www-authenticate");

    private Trailers() {}

    static Headers checked(Headers trailers) {
        for (Header field : Objects.requireNonNull(trailers, "trailers")) {
            String name = field.name().toLowerCase(Locale.ROOT);
            if (FORBIDDEN.contains(name) || name.startsWith("if-")) {
                throw new IllegalArgumentException(field.name() + " cannot be a trailer: it belongs before the body");
            }
        }
        return trailers;
    }
}

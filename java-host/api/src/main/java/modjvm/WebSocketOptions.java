package modjvm;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/**
 * What an application wants of its WebSockets. Immutable; the {@code with} methods return a changed
 * copy.
 */
public final class WebSocketOptions {
    private static final int DEFAULT_MAX_MESSAGE_BYTES = 1024 * 1024;
    private static final Duration DEFAULT_CLOSE_TIMEOUT = Duration.ofSeconds(5);

    /** What an array can hold in every JVM. */
    private static final int MAX_ARRAY = Integer.MAX_VALUE - 8;

    private static final Duration MAX_CLOSE_TIMEOUT = Duration.ofHours(1);
    private static final Duration DEFAULT_PING_INTERVAL = Duration.ofSeconds(30);
    private static final Duration MAX_PING_INTERVAL = Duration.ofDays(1);

    private static final WebSocketOptions DEFAULTS = new WebSocketOptions(
            DEFAULT_MAX_MESSAGE_BYTES, List.of(), Set.of(), DEFAULT_CLOSE_TIMEOUT, DEFAULT_PING_INTERVAL);

    private final int maxMessageBytes;
    private final List<String> subprotocols;
    private final Set<String> allowedOrigins;
    private final Duration closeTimeout;
    private final Duration pingInterval;

    private WebSocketOptions(
            int maxMessageBytes,
            List<String> subprotocols,
            Set<String> allowedOrigins,
            Duration closeTimeout,
            Duration pingInterval) {
        this.maxMessageBytes = maxMessageBytes;
        this.subprotocols = subprotocols;
        this.allowedOrigins = allowedOrigins;
        this.closeTimeout = closeTimeout;
        this.pingInterval = pingInterval;
    }

    /**
     * What holds where nothing else is said: messages of at most 1 MiB, no subprotocol, pages of
     * the same host alone, five seconds for the client to close too, a Ping for a client that has
     * been silent for 30 seconds.
     *
     * @return the defaults
     */
    public static WebSocketOptions defaults() {
        return DEFAULTS;
    }

    /**
     * Another limit for the messages that are received. Beyond it the WebSocket is closed with
     * 1009.
     *
     * @param bytes the longest message in bytes, of text in UTF-8; 1 to 2147483639
     * @return a copy with that limit
     * @throws IllegalArgumentException if it is outside the range
     */
    public WebSocketOptions withMaxMessageBytes(int bytes) {
        if (bytes < 1 || bytes > MAX_ARRAY) {
            throw new IllegalArgumentException("maxMessageBytes " + bytes + " is not between 1 and " + MAX_ARRAY);
        }
        return new WebSocketOptions(bytes, subprotocols, allowedOrigins, closeTimeout, pingInterval);
    }

    /**
     * Other subprotocols. The first of them that the client names too is spoken; if it names none
     * of them, none is.
     *
     * @param names what the application speaks, the preferred one first; compared with regard to
     *     case
     * @return a copy with those subprotocols
     * @throws IllegalArgumentException if one of them is no token
     */
    public WebSocketOptions withSubprotocols(String... names) {
        for (String name : names) {
            if (!Header.isToken(name)) {
                throw new IllegalArgumentException("a subprotocol is not a token");
            }
        }
        return new WebSocketOptions(maxMessageBytes, List.of(names), allowedOrigins, closeTimeout, pingInterval);
    }

    /**
     * Other origins whose pages may connect. Without any, only pages of the host that the request
     * is for may; with some, exactly these, and the application's own is named too if its pages are
     * to connect.
     *
     * <p>A browser connects for any page of any site, and sends the user's cookies along: an
     * application that knows its users by cookies, or by httpd's authentication, is not to allow
     * {@code *}.
     *
     * @param origins such as {@code https://www.example.org}, without a path; {@code *} for all.
     *     Compared without regard to case
     * @return a copy with those origins
     * @throws IllegalArgumentException if one of them is no origin
     */
    public WebSocketOptions withAllowedOrigins(String... origins) {
        Set<String> allowed = new TreeSet<>();
        for (String origin : origins) {
            String name = origin.toLowerCase(Locale.ROOT);
            if (!WebSocketOrigin.isOrigin(name) && !name.equals(WebSocketOrigin.ANY)) {
                throw new IllegalArgumentException(
                        "\"" + origin + "\" is neither an origin such as https://HOST nor *");
            }
            allowed.add(name);
        }
        return new WebSocketOptions(maxMessageBytes, subprotocols, Set.copyOf(allowed), closeTimeout, pingInterval);
    }

    /**
     * Another time for the client to answer when this side has closed. The connection is cut if it
     * is over.
     *
     * @param timeout none to one hour; with {@link Duration#ZERO} nothing is waited for when the
     *     handler returns
     * @return a copy with that time
     * @throws IllegalArgumentException if it is outside the range
     */
    public WebSocketOptions withCloseTimeout(Duration timeout) {
        Objects.requireNonNull(timeout, "timeout");
        if (timeout.isNegative() || timeout.compareTo(MAX_CLOSE_TIMEOUT) > 0) {
            throw new IllegalArgumentException(
                    "closeTimeout " + timeout + " is not between none and " + MAX_CLOSE_TIMEOUT);
        }
        return new WebSocketOptions(maxMessageBytes, subprotocols, allowedOrigins, timeout, pingInterval);
    }

    /**
     * Another time after which a silent client gets a Ping. A client that sends nothing for as long
     * again, not even the Pong, is taken for dead: the WebSocket is closed with 1001. Pings come
     * sooner where the pool's {@code tunnel-timeout} is less than three such times.
     *
     * @param interval none to one day; with {@link Duration#ZERO} no Pings are sent, and a client
     *     that is silent for {@code tunnel-timeout} is cut off though it lives
     * @return a copy with that time
     * @throws IllegalArgumentException if it is outside the range
     */
    public WebSocketOptions withPingInterval(Duration interval) {
        Objects.requireNonNull(interval, "interval");
        if (interval.isNegative() || interval.compareTo(MAX_PING_INTERVAL) > 0) {
            throw new IllegalArgumentException(
                    "pingInterval " + interval + " is not between none and " + MAX_PING_INTERVAL);
        }
        return new WebSocketOptions(maxMessageBytes, subprotocols, allowedOrigins, closeTimeout, interval);
    }

    /**
     * The longest message that is received.
     *
     * @return its length in bytes
     */
    public int maxMessageBytes() {
        return maxMessageBytes;
    }

    /**
     * The subprotocols, the preferred one first.
     *
     * @return the names; cannot be changed
     */
    public List<String> subprotocols() {
        return subprotocols;
    }

    /**
     * The origins whose pages may connect.
     *
     * @return the origins in lower case; empty for the request's own host alone; cannot be changed
     */
    public Set<String> allowedOrigins() {
        return allowedOrigins;
    }

    /**
     * How long the client may take to close too.
     *
     * @return the time
     */
    public Duration closeTimeout() {
        return closeTimeout;
    }

    /**
     * How long a client may be silent before it gets a Ping, and how long it may then take to
     * answer.
     *
     * @return the time; none if no Pings are sent
     */
    public Duration pingInterval() {
        return pingInterval;
    }
}

package modjvm;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/** Answers the request that opens a WebSocket (RFC 6455, section 4.2). */
final class WebSocketHandshake {
    private static final String VERSION = "13";
    private static final String VERSION_HEADER = "Sec-WebSocket-Version";
    private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    /**
     * Milliseconds for which nothing may come through a tunnel; 0 or absent: any time. Set by the
     * web server.
     */
    private static final String TIMEOUT_VARIABLE = "JVM_TUNNEL_TIMEOUT";

    private static final int KEY_CHARACTERS = 24; // 16 bytes in Base64

    private static final int BAD_REQUEST = 400;
    private static final int FORBIDDEN = 403;
    private static final int METHOD_NOT_ALLOWED = 405;
    private static final int UPGRADE_REQUIRED = 426;

    private WebSocketHandshake() {}

    /** The 101, or a refusal that says why. */
    static Response answer(Request request, WebSocketOptions options, WebSocketHandler handler) {
        Headers headers = request.headers();
        if (!request.method().equals("GET")) {
            return refuse(METHOD_NOT_ALLOWED, "A WebSocket is opened by GET.").withHeader("Allow", "GET");
        }
        // Not 426, which would need an Upgrade header: outside of 101, httpd sets it.
        if (!Upgrades.isOffered(request, "websocket")
                || headers.items("Connection").stream().noneMatch("upgrade"::equalsIgnoreCase)) {
            return refuse(BAD_REQUEST, "This is a WebSocket; the request does not ask for one.");
        }
        if (!headers.all(VERSION_HEADER).equals(List.of(VERSION))) {
            return refuse(UPGRADE_REQUIRED, "The version of the WebSocket protocol is not " + VERSION + ".")
                    .withHeader(VERSION_HEADER, VERSION);
        }
        List<String> keys = headers.all("Sec-WebSocket-Key");
        if (keys.size() != 1 || !isKey(keys.get(0))) {
            return refuse(BAD_REQUEST, "Sec-WebSocket-Key is not 16 bytes in Base64.");
        }
        if (Upgrades.hasBody(request)) {
            return refuse(BAD_REQUEST, "A request for a WebSocket has no body.");
        }
        if (!WebSocketOrigin.isAllowed(request, options.allowedOrigins())) {
            return refuse(FORBIDDEN, "This WebSocket is not for pages of that origin.");
        }
        return accept(keys.get(0), subprotocol(headers, options), inTime(request, options), handler);
    }

    private static Response accept(
            String key, Optional<String> subprotocol, WebSocketOptions options, WebSocketHandler handler) {
        Response response = Response.upgrade(
                        "websocket", (in, out) -> new WebSocket(in, out, subprotocol, options).converse(handler))
                .withHeader("Sec-WebSocket-Accept", acceptKey(key));
        return subprotocol.isPresent() ? response.withHeader("Sec-WebSocket-Protocol", subprotocol.get()) : response;
    }

    /**
     * Pings come in time for who answers them not to be cut off as idle, with time for a second
     * one.
     */
    private static WebSocketOptions inTime(Request request, WebSocketOptions options) {
        String timeout = request.environ().getOrDefault(TIMEOUT_VARIABLE, "");
        if (!timeout.matches("[1-9][0-9]{0,15}")) {
            return options;
        }
        Duration third = Duration.ofMillis(Long.parseLong(timeout)).dividedBy(3);
        return third.compareTo(options.pingInterval()) < 0 ? options.withPingInterval(third) : options;
    }

    private static Optional<String> subprotocol(Headers headers, WebSocketOptions options) {
        List<String> offered = headers.items("Sec-WebSocket-Protocol");
        return options.subprotocols().stream().filter(offered::contains).findFirst();
    }

    private static boolean isKey(String key) {
        try {
            return key.length() == KEY_CHARACTERS && Base64.getDecoder().decode(key).length == 16;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    static String acceptKey(String key) {
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-1").digest((key + GUID).getBytes(StandardCharsets.ISO_8859_1));
            return Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-1", e);
        }
    }

    private static Response refuse(int status, String why) {
        return Response.text(why + "\n").withStatus(status);
    }
}

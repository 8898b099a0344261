package modjvm.proxy;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import modjvm.Header;
import modjvm.Headers;
import modjvm.spi.BodyLength;
import modjvm.spi.InvalidResponseException;
import modjvm.spi.ResponseHead;

/**
 * The head of a response of the program's server. Strict: what two readers could understand in two
 * ways is refused.
 *
 * @param fields those that are for the client
 * @param length of the body, if its head says so; else {@link ResponseHead#UNKNOWN}
 * @param isChunked whether the body says itself where it ends
 * @param isPersistent whether the connection can be used again
 * @param upgrade what protocol follows; empty for none
 * @param hasTrailers whether fields after the body are announced
 */
record ServerResponse(
        int status,
        Headers fields,
        long length,
        boolean isChunked,
        boolean isPersistent,
        String upgrade,
        boolean hasTrailers) {
    static final int SWITCHING_PROTOCOLS = 101;
    /** Bytes of a head. */
    static final int MOST_BYTES = 65_536;

    private static final int LEAST_STATUS = 100;
    private static final int MOST_STATUS = 999;
    private static final String VERSION = "HTTP/1.";
    private static final int AFTER_VERSION = VERSION.length() + 1;
    private static final int AFTER_STATUS = AFTER_VERSION + 4;

    /** Reads one, of which the first byte is there. */
    static ServerResponse read(ServerInput in) throws ServerException {
        String start = in.line(MOST_BYTES);
        int status = status(start);
        boolean isNew = start.charAt(VERSION.length()) == '1';
        Headers all = fields(in, MOST_BYTES - start.length());
        List<Header> kept = new ArrayList<>(all.size());
        List<String> codings = new ArrayList<>(0);
        Set<String> named = Set.of();
        String upgrade = "";
        boolean hasTrailers = false;
        for (Header each : all) {
            switch (each.name().toLowerCase(Locale.ROOT)) {
                case "transfer-encoding" -> codings.add(each.value());
                case "connection" -> named = FieldTokens.with(named, each.value());
                case "upgrade" -> upgrade = upgrade.isEmpty() ? each.value() : upgrade + ", " + each.value();
                case "trailer" -> hasTrailers = true;
                case "content-length", "keep-alive", "proxy-connection", "proxy-authenticate", "te" -> {
                    // About this connection, or said otherwise.
                }
                default -> kept.add(each);
            }
        }
        boolean isChunked = isChunked(codings, isNew);
        long length = length(all);
        if (isChunked && length != ResponseHead.UNKNOWN) {
            throw new ServerException("the response has both Transfer-Encoding and Content-Length");
        }
        Set<String> dropped = named;
        if (!dropped.isEmpty()) {
            kept.removeIf(each -> dropped.contains(each.name().toLowerCase(Locale.ROOT)));
        }
        return new ServerResponse(
                status,
                Headers.of(kept),
                length,
                isChunked,
                isNew ? !named.contains("close") : named.contains("keep-alive"),
                upgrade,
                isChunked && hasTrailers);
    }

    private static boolean isChunked(List<String> codings, boolean isNew) throws ServerException {
        if (codings.isEmpty()) {
            return false;
        }
        if (!isNew || codings.size() > 1 || !codings.get(0).equalsIgnoreCase("chunked")) {
            throw new ServerException("Transfer-Encoding \"" + String.join(", ", codings)
                    + "\" of a response of HTTP/1." + (isNew ? "1" : "0") + " is not understood");
        }
        return true;
    }

    private static long length(Headers all) throws ServerException {
        try {
            return BodyLength.declared(all);
        } catch (InvalidResponseException e) {
            throw new ServerException(String.valueOf(e.getMessage()), e);
        }
    }

    private static int status(String start) throws ServerException {
        boolean isLine = start.length() >= AFTER_STATUS
                && start.startsWith(VERSION)
                && (start.charAt(VERSION.length()) == '0' || start.charAt(VERSION.length()) == '1')
                && start.charAt(AFTER_VERSION) == ' '
                && (start.length() == AFTER_STATUS || start.charAt(AFTER_STATUS) == ' ');
        int status = 0;
        for (int i = AFTER_VERSION + 1; isLine && i < AFTER_STATUS; i++) {
            isLine = start.charAt(i) >= '0' && start.charAt(i) <= '9';
            status = 10 * status + start.charAt(i) - '0';
        }
        if (!isLine || status < LEAST_STATUS || status > MOST_STATUS) {
            throw new ServerException("its response begins with \"" + printable(start) + "\", which is no HTTP/1.1");
        }
        return status;
    }

    private static String printable(String text) {
        StringBuilder clean = new StringBuilder();
        text.chars().limit(60).forEach(c -> clean.append(c < ' ' || c > '~' ? '?' : (char) c));
        return clean.toString();
    }

    /** Fields up to the empty line; those of a head, or those after a body. */
    static Headers fields(ServerInput in, int mostBytes) throws ServerException {
        List<Header> fields = new ArrayList<>();
        int left = mostBytes;
        for (String line = in.line(left); !line.isEmpty(); line = in.line(left)) {
            left -= line.length() + 1;
            int colon = line.indexOf(':');
            if (colon < 0) {
                throw new ServerException("a header without a colon in a response");
            }
            try {
                fields.add(new Header(
                        line.substring(0, colon), line.substring(colon + 1).strip()));
            } catch (IllegalArgumentException e) {
                throw new ServerException("a malformed header in a response: " + e.getMessage(), e);
            }
        }
        return Headers.of(fields);
    }
}

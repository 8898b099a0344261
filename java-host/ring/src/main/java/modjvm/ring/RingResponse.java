package modjvm.ring;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import modjvm.Header;
import modjvm.Headers;
import modjvm.spi.InvalidResponseException;
import org.jspecify.annotations.Nullable;

/**
 * A response map, taken apart.
 *
 * @param map the map itself
 * @param status of the response; 0 for a WebSocket
 * @param body of any type; null for none
 * @param listener of a WebSocket; null for an ordinary response
 * @param protocol the subprotocol of a WebSocket; empty for none
 */
record RingResponse(
        @Nullable Object map,
        int status,
        Headers fields,
        @Nullable Object body,
        @Nullable Object listener,
        String protocol) {
    private static final int STATUS = 0;
    private static final int FIELDS = 1;
    private static final int BODY = 2;
    private static final int LISTENER = 3;
    private static final int PROTOCOL = 4;

    /**
     * Reads the parts of a map.
     *
     * @throws InvalidResponseException if they are malformed
     */
    static RingResponse of(@Nullable Object map, @Nullable Object[] parts) throws InvalidResponseException {
        Object listener = parts[LISTENER];
        if (listener != null) {
            Object protocol = parts[PROTOCOL];
            return new RingResponse(
                    map, 0, Headers.empty(), null, listener, protocol == null ? "" : protocol.toString());
        }
        if (!(map instanceof Map)) {
            throw malformed("a map", map);
        }
        if (!(parts[STATUS] instanceof Number status) || status.intValue() != status.doubleValue()) {
            throw malformed("an integer as :status", parts[STATUS]);
        }
        return new RingResponse(map, status.intValue(), fields(parts[FIELDS]), parts[BODY], null, "");
    }

    private static Headers fields(@Nullable Object headers) throws InvalidResponseException {
        if (headers == null) {
            return Headers.empty();
        }
        if (!(headers instanceof Map<?, ?> map)) {
            throw malformed("a map as :headers", headers);
        }
        List<Header> fields = new ArrayList<>();
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            if (!(entry.getKey() instanceof String name)) {
                throw malformed("strings as names of headers", entry.getKey());
            }
            Iterable<?> values =
                    entry.getValue() instanceof Iterable<?> several ? several : Arrays.asList(entry.getValue());
            for (Object value : values) {
                if (!(value instanceof String text)) {
                    throw malformed("a string or strings as the header " + name, value);
                }
                fields.add(new Header(name, text));
            }
        }
        return Headers.of(fields);
    }

    private static InvalidResponseException malformed(String expected, @Nullable Object found) {
        return new InvalidResponseException(
                "Ring wants " + expected + ", and got " + (found == null ? "nil" : found + " of " + found.getClass()));
    }
}

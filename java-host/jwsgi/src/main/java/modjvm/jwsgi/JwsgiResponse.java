package modjvm.jwsgi;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import modjvm.Header;
import modjvm.Headers;
import modjvm.spi.BodyLength;
import modjvm.spi.Exchange;
import modjvm.spi.InvalidResponseException;
import org.jspecify.annotations.Nullable;

/**
 * What a JWSGI method returns: an array of status, headers and body.
 *
 * @param status 100 to 999
 * @param fields the headers, in the order of the map
 * @param body null for none; otherwise of any type
 */
record JwsgiResponse(int status, Headers fields, @Nullable Object body) {
    private static final int PARTS = 3;
    private static final int LEAST_STATUS = 100;
    private static final int GREATEST_STATUS = 999;

    /**
     * Reads an answer.
     *
     * @throws InvalidResponseException if it is malformed
     * @throws Exception what the application's map throws
     */
    static JwsgiResponse of(@Nullable Object @Nullable [] answer) throws Exception {
        if (answer == null || answer.length != PARTS) {
            throw malformed("an array of status, headers and body", answer == null ? "null" : answer.length + " items");
        }
        return new JwsgiResponse(status(answer[0]), fields(answer[1]), answer[2]);
    }

    /**
     * Sends it.
     *
     * @throws InvalidResponseException if it cannot be sent; nothing has left
     * @throws Exception what the application's body throws, or the connection
     */
    void send(Exchange exchange) throws Exception {
        JwsgiBody.send(body, status, fields, BodyLength.declared(fields), exchange);
    }

    private static int status(@Nullable Object status) throws InvalidResponseException {
        if (status instanceof Integer || status instanceof Long) {
            long number = ((Number) status).longValue();
            if (number >= LEAST_STATUS && number <= GREATEST_STATUS) {
                return (int) number;
            }
        }
        throw malformed("an Integer or a Long of three digits as status", describe(status));
    }

    private static Headers fields(@Nullable Object headers) throws Exception {
        if (headers != null) {
            Optional<Iterator<?>> entries = Iterators.ofEntries(headers);
            if (entries.isPresent()) {
                List<Header> fields = new ArrayList<>();
                while (entries.get().hasNext()) {
                    add(entries.get().next(), fields);
                }
                return Headers.of(fields);
            }
        }
        throw malformed("a HashMap of headers", describe(headers));
    }

    private static void add(@Nullable Object entry, List<Header> fields) throws Exception {
        if (!(entry instanceof Map.Entry<?, ?> pair) || !(pair.getKey() instanceof String name)) {
            throw malformed(
                    "a String as name of a header",
                    describe(entry instanceof Map.Entry<?, ?> other ? other.getKey() : entry));
        }
        Object value = pair.getValue();
        if (value instanceof String[] several) {
            for (String each : several) {
                fields.add(header(name, each));
            }
            return;
        }
        Optional<Iterator<?>> values =
                value == null || value instanceof String ? Optional.empty() : Iterators.of(value);
        if (values.isEmpty()) {
            fields.add(header(name, value));
            return;
        }
        while (values.get().hasNext()) {
            fields.add(header(name, values.get().next()));
        }
    }

    private static Header header(String name, @Nullable Object value) throws InvalidResponseException {
        if (value instanceof String text) {
            return new Header(name, text);
        }
        throw malformed(
                "a String, a String[] or an Iterable of String as value of the header " + name, describe(value));
    }

    private static InvalidResponseException malformed(String expected, String found) {
        return new InvalidResponseException("JWSGI wants " + expected + ", and got " + found);
    }

    private static String describe(@Nullable Object found) {
        return found == null
                ? "null"
                : found instanceof Number
                        ? found + " of " + found.getClass()
                        : found.getClass().toString();
    }
}

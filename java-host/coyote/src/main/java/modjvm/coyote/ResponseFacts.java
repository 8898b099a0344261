package modjvm.coyote;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import modjvm.Header;
import modjvm.Headers;
import modjvm.spi.ResponseHead;
import org.apache.coyote.Response;
import org.apache.juli.logging.Log;
import org.apache.juli.logging.LogFactory;
import org.apache.tomcat.util.http.MimeHeaders;

/** What Tomcat's response says, as an exchange's. */
final class ResponseFacts {
    private static final Log log = LogFactory.getLog(ResponseFacts.class);

    private static final int NO_CONTENT = 204;
    private static final int RESET_CONTENT = 205;
    private static final int NOT_MODIFIED = 304;

    private ResponseFacts() {}

    static ResponseHead head(Response response) {
        int status = response.getStatus();
        boolean canHaveBody =
                status >= 200 && status != NO_CONTENT && status != RESET_CONTENT && status != NOT_MODIFIED;
        MimeHeaders headers = response.getMimeHeaders();
        if (canHaveBody || status == NO_CONTENT) {
            set(headers, "Content-Type", response.getContentType());
            set(headers, "Content-Language", response.getContentLanguage());
        }
        long length =
                canHaveBody ? response.getContentLengthLong() : status == RESET_CONTENT ? 0 : ResponseHead.UNKNOWN;
        if (response.getTrailerFields() != null) {
            length = ResponseHead.UNKNOWN;
        }
        // The application may still set some.
        boolean hasTrailers = canHaveBody && length == ResponseHead.UNKNOWN;
        headers.removeHeader("Content-Length");
        headers.removeHeader("Transfer-Encoding");
        headers.removeHeader("Connection");
        return new ResponseHead(status, fields(headers), length, hasTrailers);
    }

    /** The fields of a 101 response; httpd adds Connection. */
    static Headers upgrade(Response response) {
        MimeHeaders headers = response.getMimeHeaders();
        headers.removeHeader("Connection");
        return fields(headers);
    }

    private static void set(MimeHeaders headers, String name, String value) {
        if (value != null) {
            headers.setValue(name).setString(value);
        }
    }

    static Headers trailers(Response response) {
        Supplier<Map<String, String>> supplier = response.getTrailerFields();
        Map<String, String> trailers = supplier == null ? null : supplier.get();
        if (trailers == null) {
            return Headers.empty();
        }
        List<Header> fields = new ArrayList<>();
        trailers.forEach((name, value) -> add(fields, name, value));
        return Headers.of(fields);
    }

    static Headers fields(MimeHeaders headers) {
        List<Header> fields = new ArrayList<>(headers.size());
        for (int i = 0; i < headers.size(); i++) {
            add(fields, headers.getName(i).toString(), headers.getValue(i).toString());
        }
        return Headers.of(fields);
    }

    /**
     * What cannot stand in a header is treated as Tomcat treats it: a control character is a space,
     * a bad name leaves the header out.
     */
    private static void add(List<Header> fields, String name, String value) {
        try {
            fields.add(new Header(name, clean(value == null ? "" : value)));
        } catch (IllegalArgumentException e) {
            log.warn("a header is left out: " + e.getMessage());
        }
    }

    private static String clean(String value) {
        for (int i = 0; i < value.length(); i++) {
            if (isControl(value.charAt(i))) {
                return value.replaceAll("[\\x00-\\x08\\x0a-\\x1f\\x7f]", " ");
            }
        }
        return value;
    }

    private static boolean isControl(char c) {
        return c < ' ' && c != '\t' || c == 0x7f;
    }
}

package modjvm.ring;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import modjvm.spi.Exchange;
import modjvm.spi.RawPath;
import modjvm.spi.RequestHead;

/** What a request map holds, by the names of its keys (Ring's specification 1.5). */
final class RequestFacts {
    private static final String CERTIFICATE = "SSL_CLIENT_CERT";
    private static final String COOKIE = "cookie";

    private RequestFacts() {}

    static Map<String, Object> of(Exchange exchange) {
        RequestHead head = exchange.head();
        Map<String, Object> facts = new HashMap<>();
        facts.put("server-port", head.serverPort());
        facts.put("server-name", head.serverName());
        facts.put("remote-addr", head.clientAddress());
        facts.put("uri", RawPath.whole(head));
        facts.put("scheme", head.scheme());
        facts.put("request-method", head.method().toLowerCase(Locale.ROOT));
        facts.put("protocol", head.protocol());
        Map<String, String> headers = headers(head);
        facts.put("headers", headers);
        if (!head.query().isEmpty()) {
            facts.put("query-string", head.query());
        }
        if (head.hasBody()) {
            facts.put("body", exchange.body());
        }
        if (!head.scriptName().isEmpty()) { // as Ring's adapter for servlets has it
            facts.put("context", head.scriptName());
            facts.put("path-info", head.pathInfo().isEmpty() ? "/" : head.pathInfo());
        }
        addOfContent(head, headers, facts);
        certificate(head).ifPresent(certificate -> facts.put("ssl-client-cert", certificate));
        return facts;
    }

    /** These are old, and many programs still look at them. */
    private static void addOfContent(RequestHead head, Map<String, String> headers, Map<String, Object> facts) {
        if (head.contentLength().isPresent()) {
            long length = head.contentLength().getAsLong();
            facts.put("content-length", length <= Integer.MAX_VALUE ? (Object) (int) length : (Object) length);
        }
        String type = headers.get("content-type");
        if (type != null) {
            facts.put("content-type", type);
        }
    }

    private static Map<String, String> headers(RequestHead head) {
        Map<String, String> headers = new HashMap<>();
        head.fields((name, value) -> {
            String key = name.toLowerCase(Locale.ROOT);
            headers.merge(key, value, (before, next) -> before + (key.equals(COOKIE) ? ";" : ",") + next);
        });
        return headers;
    }

    /** The client's, if httpd has verified one and passes it on (SSLOptions +ExportCertData). */
    private static Optional<Object> certificate(RequestHead head) {
        StringBuilder pem = new StringBuilder();
        head.variables((name, value) -> {
            if (name.equals(CERTIFICATE)) {
                pem.append(value);
            }
        });
        if (pem.isEmpty()) {
            return Optional.empty();
        }
        try {
            byte[] bytes = pem.toString().getBytes(StandardCharsets.US_ASCII);
            return Optional.of(
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(bytes)));
        } catch (CertificateException e) {
            return Optional.empty(); // set by somebody else under that name
        }
    }
}

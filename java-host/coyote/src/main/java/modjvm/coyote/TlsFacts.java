package modjvm.coyote;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import modjvm.spi.RequestHead;
import org.apache.tomcat.util.net.SSLSupport;
import org.jspecify.annotations.Nullable;

/** What mod_ssl's variables say about the connection. */
final class TlsFacts implements SSLSupport {
    private static final String CHAIN = "SSL_CLIENT_CERT_CHAIN_";

    private final Map<String, String> variables;

    private TlsFacts(Map<String, String> variables) {
        this.variables = variables;
    }

    /** Null where the client has come without TLS. */
    static @Nullable TlsFacts of(RequestHead head) {
        if (!head.scheme().equals("https")) {
            return null;
        }
        Map<String, String> variables = new HashMap<>();
        head.variables((name, value) -> {
            if (name.startsWith("SSL_")) {
                variables.put(name, value);
            }
        });
        return new TlsFacts(variables);
    }

    @Override
    public @Nullable String getCipherSuite() {
        return variables.get("SSL_CIPHER");
    }

    @Override
    public @Nullable Integer getKeySize() {
        String bits = variables.get("SSL_CIPHER_USEKEYSIZE");
        return bits == null || bits.isEmpty() ? null : Integer.valueOf(bits);
    }

    @Override
    public @Nullable String getSessionId() {
        return variables.get("SSL_SESSION_ID");
    }

    @Override
    public @Nullable String getProtocol() {
        return variables.get("SSL_PROTOCOL");
    }

    @Override
    public @Nullable String getRequestedProtocols() {
        return null;
    }

    @Override
    public @Nullable String getRequestedCiphers() {
        return null;
    }

    /** The client's own first; null where it has shown none, or httpd does not export it. */
    @Override
    public X509Certificate @Nullable [] getPeerCertificateChain() {
        String own = variables.getOrDefault("SSL_CLIENT_CERT", "");
        if (own.isEmpty()) {
            return null;
        }
        Map<Integer, String> chain = new TreeMap<>();
        variables.forEach((name, value) -> {
            if (name.startsWith(CHAIN) && !value.isEmpty()) {
                chain.put(Integer.valueOf(name.substring(CHAIN.length())), value);
            }
        });
        StringBuilder pem = new StringBuilder(own);
        chain.values().forEach(certificate -> {
            if (!certificate.equals(own)) {
                pem.append('\n').append(certificate);
            }
        });
        try {
            return CertificateFactory.getInstance("X.509")
                    .generateCertificates(
                            new ByteArrayInputStream(pem.toString().getBytes(StandardCharsets.US_ASCII)))
                    .toArray(new X509Certificate[0]);
        } catch (CertificateException e) {
            throw new IllegalStateException("SSL_CLIENT_CERT", e);
        }
    }
}

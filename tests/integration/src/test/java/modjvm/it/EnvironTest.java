package modjvm.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;
import modjvm.it.harness.Certificate;
import modjvm.it.harness.Command;
import modjvm.it.harness.Folders;
import modjvm.it.harness.Http;
import modjvm.it.harness.Httpd;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What Request.environ() holds: what CGI and mod_wsgi hand over. */
class EnvironTest {
    @AutoClose
    private static Httpd httpd;

    @BeforeAll
    static void start() {
        httpd = Httpd.with()
                .module("auth_basic", "authn_core", "authn_file", "authz_user", "socache_shmcb", "ssl")
                .main("JVMDaemonProcess site ${AS1}\nJVMProcessGroup site")
                .host("plain", """
                        SetEnv COLOUR "dark green"
                        SetEnvIf X-Mark (.+) MARK=$1
                        JVMAlias /app ${APPS}/Facts.java
                        <Location /app/private>
                            AuthType Basic
                            AuthName test
                            AuthBasicProvider file
                            AuthUserFile ${WORK}/users
                            Require valid-user
                        </Location>
                        """)
                .host("secure", """
                        SSLEngine On
                        SSLCertificateFile ${WORK}/cert.pem
                        SSLCertificateKeyFile ${WORK}/key.pem
                        SSLOptions +StdEnvVars
                        JVMAlias /app ${APPS}/Facts.java
                        """)
                .write();
        httpd.expect(Certificate.WARNINGS);
        // alice, secret
        Folders.write(httpd.work().resolve("users"), "alice:{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=\n");
        Certificate.write(httpd.work());
        httpd.start();
    }

    private static Map<String, String> environ(String text) {
        Map<String, String> variables = new TreeMap<>();
        text.lines()
                .forEach(line ->
                        variables.put(line.substring(0, line.indexOf('=')), line.substring(line.indexOf('=') + 1)));
        return variables;
    }

    private static Map<String, String> get(String path, String... headers) {
        var request = Http.request(httpd.uri("plain", path));
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        var response = Http.send(request.build());
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return environ(response.body());
    }

    @Test
    void shouldHoldTheVariablesOfCgi() {
        int port = httpd.port("plain");

        assertThat(get("/app/a%20b?environ", "Accept-Language", "nl", "X-Mark", "seen"))
                .containsEntry("GATEWAY_INTERFACE", "CGI/1.1")
                .containsEntry("REQUEST_METHOD", "GET")
                .containsEntry("REQUEST_URI", "/app/a%20b?environ")
                .containsEntry("SCRIPT_NAME", "/app")
                .containsEntry("PATH_INFO", "/a b")
                .containsEntry("QUERY_STRING", "environ")
                .containsEntry("SERVER_PROTOCOL", "HTTP/1.1")
                .containsEntry("REQUEST_SCHEME", "http")
                .containsEntry("SERVER_NAME", "127.0.0.1")
                .containsEntry("SERVER_ADDR", "127.0.0.1")
                .containsEntry("SERVER_PORT", Integer.toString(port))
                .containsEntry("REMOTE_ADDR", "127.0.0.1")
                .containsEntry("DOCUMENT_ROOT", httpd.dir() + "/htdocs")
                .containsEntry("HTTP_HOST", "127.0.0.1:" + port)
                .containsEntry("HTTP_ACCEPT_LANGUAGE", "nl")
                .containsEntry("HTTP_X_MARK", "seen")
                .containsEntry("MARK", "seen")
                .containsEntry("COLOUR", "dark green")
                .containsKeys("SERVER_SOFTWARE", "REMOTE_PORT", "SERVER_ADMIN")
                .doesNotContainKeys("REMOTE_USER", "AUTH_TYPE", "HTTPS", "CONTENT_TYPE");
    }

    @Test
    void shouldHoldTheBodysTypeAndLength() {
        var response = Http.send(Http.request(httpd.uri("plain", "/app?environ"))
                .header("Content-Type", "application/json")
                .POST(java.net.http.HttpRequest.BodyPublishers.ofString("{}"))
                .build());

        assertThat(environ(response.body()))
                .containsEntry("REQUEST_METHOD", "POST")
                .containsEntry("CONTENT_TYPE", "application/json")
                .containsEntry("CONTENT_LENGTH", "2");
    }

    @Test
    void shouldHoldTheUserAndNotThePassword() {
        String credentials = Base64.getEncoder().encodeToString("alice:secret".getBytes(StandardCharsets.US_ASCII));

        Map<String, String> variables = get("/app/private?environ", "Authorization", "Basic " + credentials);

        assertThat(variables).containsEntry("REMOTE_USER", "alice").containsEntry("AUTH_TYPE", "Basic");
        assertThat(variables).doesNotContainKey("HTTP_AUTHORIZATION");
        assertThat(variables.toString()).doesNotContain(credentials);
    }

    @Test
    void shouldLeaveOutWhatAClientCouldMisuse() {
        assertThat(get("/app?environ", "Proxy", "http://evil.test/", "Proxy-Authorization", "Basic eDp5"))
                .doesNotContainKeys("HTTP_PROXY", "HTTP_PROXY_AUTHORIZATION");
    }

    @Test
    void shouldNotTakeAnUnderscoreForAHyphen() {
        assertThat(get("/app?environ", "X_Forged", "1")).doesNotContainKey("HTTP_X_FORGED");
    }

    @Test
    void shouldHoldTlsFacts() {
        String text = Command.succeed("curl", "-sk", "https://127.0.0.1:" + httpd.port("secure") + "/app?environ");

        assertThat(environ(text))
                .containsEntry("HTTPS", "on")
                .containsEntry("REQUEST_SCHEME", "https")
                .containsEntry("SSL_SERVER_S_DN_CN", "localhost")
                .containsKeys("SSL_PROTOCOL", "SSL_CIPHER");
    }
}

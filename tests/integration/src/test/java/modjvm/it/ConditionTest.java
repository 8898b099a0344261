package modjvm.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import modjvm.it.harness.Cgi;
import modjvm.it.harness.Httpd;
import modjvm.it.harness.RawClient;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Who judges a request's preconditions: httpd those of GET and HEAD, as for CGI; the application
 * those of all that changes something.
 */
class ConditionTest {
    private static final String BEFORE = "Fri, 31 Dec 1999 00:00:00 GMT";
    private static final String AFTER = "Sun, 02 Jan 2000 00:00:00 GMT";

    @AutoClose
    private static Httpd httpd;

    @BeforeAll
    static void start() {
        httpd = Httpd.with().module("cgid").main(Cgi.SOCKET).host("site", """
                        JVMDaemonProcess site ${AS1}
                        JVMAlias /app ${APPS}/Store.java
                        ScriptAlias /cgi ${WORK}/cgi
                        <Directory />
                            Require all granted
                        </Directory>
                        """).write();
        Cgi.script(httpd.work().resolve("cgi"), """
                cat >/dev/null
                printf 'ETag: "v2"\\nLast-Modified: Sat, 01 Jan 2000 00:00:00 GMT\\nContent-Type: text/plain\\n\\n0123456789'
                """);
        httpd.start();
    }

    private static RawClient.Reply ask(String method, String path, String fields) throws IOException {
        try (RawClient client = new RawClient(httpd.port("site"))) {
            client.send(method + " " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                    + fields.replace("BEFORE", BEFORE).replace("AFTER", AFTER).replace("; ", "\r\n")
                    + (method.equals("GET") || method.equals("HEAD") ? "" : "\r\nContent-Length: 4") + "\r\n\r\n"
                    + (method.equals("GET") || method.equals("HEAD") ? "" : "body"));
            if (method.equals("HEAD")) {
                RawClient.Head head = client.receiveHead();
                return new RawClient.Reply(head.status(), head, new byte[0]);
            }
            return client.receive();
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            If-Match: "v1"                       | 412
            If-Match: "v2"                       | 200
            If-Match: *                          | 200
            If-None-Match: "v2"                  | 304
            If-None-Match: W/"v2"                | 304
            If-None-Match: "v1"                  | 200
            If-None-Match: *                     | 304
            If-Modified-Since: AFTER             | 304
            If-Modified-Since: BEFORE            | 200
            If-Unmodified-Since: BEFORE          | 412
            If-Unmodified-Since: AFTER           | 200
            Range: bytes=2-4                     | 206
            Range: bytes=20-                     | 416
            Range: bytes=2-4; If-Range: "v1"     | 200
            Range: bytes=2-4; If-Range: "v2"     | 206
            If-Match: "v1"; Range: bytes=2-4     | 412
            """)
    void shouldBeHttpdsForGetAndHead(String fields, int status) throws IOException {
        boolean isOfRange = status == 206 || status == 416;
        for (String method : new String[] {"GET", "HEAD"}) {
            assertThat(ask(method, "/app", fields).status())
                    .as(method)
                    .isEqualTo(isOfRange && method.equals("HEAD") ? 200 : status);
            if (!isOfRange) { // httpd cuts ranges only out of what it has whole at once
                assertThat(ask(method, "/cgi", fields).status())
                        .as("CGI, " + method)
                        .isEqualTo(status);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "If-Match: \"v1\"",
                "If-None-Match: \"v2\"",
                "If-None-Match: *",
                "If-Modified-Since: AFTER",
                "If-Unmodified-Since: BEFORE",
                "If-Match: \"v1\"; If-None-Match: \"v2\"",
                "Range: bytes=2-4",
                "Range: bytes=20-",
                "Range: bytes=2-4; If-Range: \"v2\"",
            })
    void shouldBeTheApplicationsForWhatChangesSomething(String fields) throws IOException {
        for (String method : new String[] {"PUT", "POST", "PATCH", "DELETE", "PROPFIND", "QUERY"}) {
            RawClient.Reply reply = ask(method, "/app", fields);
            RawClient.Reply cgi = ask(method, "/cgi", fields);
            assertThat(reply.status() + " " + reply.text()).as(method).isEqualTo("200 0123456789");
            assertThat(reply.head().first("ETag")).isEqualTo("\"v2\"");
            assertThat(cgi.status()).as("CGI, " + method).isEqualTo(200);
        }
    }
}

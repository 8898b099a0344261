package modjvm.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import modjvm.it.harness.Cgi;
import modjvm.it.harness.Folders;
import modjvm.it.harness.Httpd;
import modjvm.it.harness.RawClient;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What other modules of httpd make of our answers: included, negotiated, cached, filtered. */
class SubrequestTest {
    private static final String REVALIDATED = "GET /app/%s HTTP/1.1\r\nHost: x\r\n\r\n";

    @AutoClose
    private static Httpd httpd;

    @BeforeAll
    static void start() throws IOException {
        httpd = Httpd.with()
                .module("cgid", "include", "negotiation", "cache", "cache_disk", "ext_filter", "filter", "deflate")
                .module("substitute", "ratelimit", "rewrite")
                .main(Cgi.SOCKET + "ExtFilterDefine upper mode=output cmd=\"/usr/bin/tr a-z A-Z\"")
                .host("site", """
                        JVMDaemonProcess site ${AS1}
                        JVMAlias /app ${APPS}/Pages.java
                        <Directory />
                            Options +Includes +ExecCGI +MultiViews
                            MultiviewsMatch Handlers
                            Require all granted
                        </Directory>
                        AddType text/html .shtml
                        AddOutputFilter INCLUDES .shtml
                        AddHandler cgi-script .cgi
                        AddHandler jvm-application .java
                        AddHandler type-map .var
                        ErrorDocument 410 /app/page
                        Redirect gone /gone
                        CacheRoot ${WORK}
                        CacheStoreExpired On
                        CacheEnable disk /app/tagged
                        CacheEnable disk /app/judged
                        <Location /app/ssi>
                            Options +Includes
                            SetOutputFilter INCLUDES
                        </Location>
                        <LocationMatch ^/app/up/>
                            SetOutputFilter upper
                        </LocationMatch>
                        <LocationMatch ^/app/zip/>
                            SetOutputFilter DEFLATE
                        </LocationMatch>
                        <LocationMatch ^/app/substitute/>
                            SetOutputFilter SUBSTITUTE
                            Substitute s/whole/WHOLE/
                        </LocationMatch>
                        <LocationMatch ^/app/slow/>
                            SetOutputFilter RATE_LIMIT
                            SetEnv rate-limit 400
                        </LocationMatch>
                        """)
                .write();
        write("file.txt", "of a file");
        write("multi.java", Files.readString(httpd.apps().resolve("Pages.java")).replace("Pages", "multi"));
        write("map.var", "URI: multi.java\nContent-Type: text/x\n");
        Cgi.script(httpd.dir().resolve("htdocs/204.cgi"), "printf 'Status: 204\\n\\n'");
        Cgi.script(
                httpd.dir().resolve("htdocs/404.cgi"), "printf 'Status: 404\\nContent-Type: text/plain\\n\\nmissing'");
        httpd.expect("broken off on purpose|unable to include");
        httpd.start();
    }

    private static void write(String name, String text) {
        Folders.write(httpd.dir().resolve("htdocs").resolve(name), text);
    }

    private static RawClient.Reply get(String path) throws IOException {
        return RawClient.get(httpd.port("site"), path);
    }

    private static String include(String path) {
        return "<!--#include virtual=\"" + path + "\" -->";
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            /app/text              | x
            /app/file?FILE         | of a file
            /app/stream            | 012
            /app/204               | ''
            /app/404               | missing
            /app                   | whole GET
            /app/ssi               | A[x]B
            /multi.java/text       | x
            /multi/stream          | 012
            /204.cgi               | ''
            /404.cgi               | missing
            """)
    void shouldBeIncluded(String path, String text) throws IOException {
        String page = include(path.replace("FILE", httpd.dir() + "/htdocs/file.txt"));
        write("page.shtml", "A[" + page + "]B");
        write("pages.shtml", "A[" + page + "]B[" + include("/app/text") + "]C[" + page + "]D");

        try (RawClient client = new RawClient(httpd.port("site"))) { // one connection: what is left over meets the next
            assertThat(ask(client, "GET /page.shtml HTTP/1.1\r\nHost: x\r\n\r\n")
                            .text())
                    .isEqualTo("A[" + text + "]B");
            assertThat(ask(client, "GET /pages.shtml HTTP/1.1\r\nHost: x\r\n\r\n")
                            .text())
                    .isEqualTo("A[" + text + "]B[x]C[" + text + "]D");
            assertThat(ask(client, "POST /page.shtml HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nbody")
                            .text())
                    .isEqualTo("A[" + text + "]B");
            assertThat(ask(client, "GET /app/text HTTP/1.1\r\nHost: x\r\n\r\n").text())
                    .isEqualTo("x");
        }
    }

    private static RawClient.Reply ask(RawClient client, String request) throws IOException {
        return client.send(request).receive();
    }

    /** What a client has of the page says nothing of what it includes. */
    @Test
    void shouldBeIncludedWhateverTheClientHas() throws IOException {
        write(
                "tagged.shtml",
                "A[" + include("/app/plain") + include("/app/judgement") + "]B" + include("/multi/tagged"));
        try (RawClient client = new RawClient(httpd.port("site"))) {
            RawClient.Reply reply =
                    ask(client, "GET /tagged.shtml HTTP/1.1\r\nHost: x\r\nIf-None-Match: \"own\"\r\n\r\n");
            assertThat(reply.status()).isEqualTo(200);
            assertThat(reply.text()).matches("A\\[whole GETwhole GET]Bcall \\d+");
        }
    }

    /** A page that includes what breaks off must not look whole. */
    @Test
    void shouldBreakOffWithWhatItIncludes() {
        write("broken.shtml", "A[" + include("/app/broken") + "]B");
        org.assertj.core.api.Assertions.assertThatThrownBy(() -> get("/broken.shtml"))
                .isInstanceOf(EOFException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/map.var", "/multi", "/multi/whatever"})
    void shouldBeNegotiated(String path) throws IOException {
        assertThat(get(path).text()).isEqualTo("whole GET");
    }

    /** Whether httpd says that nothing has changed, or the application itself. */
    @ParameterizedTest
    @ValueSource(strings = {"tagged", "judged"})
    void shouldBeRevalidatedByACache(String page) throws IOException {
        try (RawClient client = new RawClient(httpd.port("site"))) {
            String request = String.format(REVALIDATED, page);
            RawClient.Reply first = ask(client, request);
            for (int i = 0; i < 3; i++) {
                RawClient.Reply reply = ask(client, request);
                assertThat(reply.status()).isEqualTo(200);
                assertThat(reply.text()).isEqualTo(first.text());
            }
            assertThat(ask(client, request.replace("\r\n\r\n", "\r\nIf-None-Match: \"own\"\r\n\r\n"))
                            .status())
                    .isEqualTo(304);
        }
    }

    @ParameterizedTest
    @CsvSource({"up, WHOLE GET", "substitute, WHOLE GET", "slow, whole GET", "zip, whole GET"})
    void shouldBeFiltered(String filter, String text) throws IOException {
        try (RawClient client = new RawClient(httpd.port("site"))) {
            for (int i = 0; i < 3; i++) {
                assertThat(ask(client, "GET /app/" + filter + "/ HTTP/1.1\r\nHost: x\r\n\r\n")
                                .text())
                        .isEqualTo(text);
            }
        }
    }

    @Test
    void shouldBeAnErrorDocument() throws IOException {
        try (RawClient client = new RawClient(httpd.port("site"))) {
            for (int i = 0; i < 2; i++) {
                assertThat(ask(client, "GET /gone HTTP/1.1\r\nHost: x\r\n\r\n").text())
                        .isEqualTo("page");
            }
        }
    }
}

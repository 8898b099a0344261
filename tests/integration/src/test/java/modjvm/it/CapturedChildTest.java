package modjvm.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import modjvm.it.harness.Await;
import modjvm.it.harness.Board;
import modjvm.it.harness.Command;
import modjvm.it.harness.Folders;
import modjvm.it.harness.Http;
import modjvm.it.harness.Httpd;
import modjvm.it.harness.Intruder;
import modjvm.it.harness.Proc;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Somebody who has captured a child of httpd has the daemons' keys, and asks for code of his own.
 */
@RequiresRoot
class CapturedChildTest {
    private static final String HTTPD_USER = "www-data";
    private static final String SOURCE = """
            import modjvm.*;
            public class App {
                static final Application application = r -> Response.text("ran");
                static final Application other = r -> Response.text("ran other");
            }
            """;

    @AutoClose
    private static Httpd httpd;

    private static Path web;
    private static Path other;

    @BeforeAll
    static void start() throws Exception {
        httpd = Httpd.with()
                .host("mounted", "JVMDaemonProcess mounted ${AS1}\nJVMAlias / ${APPS}/Facts.java")
                .host("web", """
                        JVMDaemonProcess web ${AS1} target-folder=${WORK}/vouched
                        DocumentRoot ${WORK}/web
                        AddHandler jvm-application .java
                        <Directory ${WORK}/web>
                            Require all granted
                        </Directory>
                        """)
                .host("other", """
                        JVMDaemonProcess other ${AS2}
                        DocumentRoot ${WORK}/empty
                        Alias /part ${WORK}/other
                        <Directory ${WORK}/other>
                            Require all granted
                            AllowOverride FileInfo
                        </Directory>
                        """)
                .host("matched", """
                        JVMDaemonProcess matched ${AS1}
                        JVMAliasMatch ^/([a-z]+)/([a-z]+) ${WORK}/sites/$1/app-$2.java
                        """)
                .host("grouped", """
                        JVMDaemonProcess one ${AS1}
                        JVMDaemonProcess two ${AS2}
                        DocumentRoot ${WORK}/grouped
                        JVMProcessGroup one
                        <Directory ${WORK}/grouped>
                            Require all granted
                            SetHandler jvm-application
                        </Directory>
                        <Directory ${WORK}/grouped/two>
                            JVMProcessGroup two
                        </Directory>
                        <Directory ${WORK}/grouped/one>
                            JVMProcessGroup one
                        </Directory>
                        """)
                .write();
        httpd.expect("refused: |no such file or folder|target does not exist");
        web = httpd.work().resolve("web");
        other = httpd.work().resolve("other");
        for (String file : List.of(
                "web/App.java",
                "web/sub/App.java",
                "other/App.java",
                "vouched/App.java",
                "elsewhere/App.java",
                "sites/shop/app-hello.java",
                "sites/shop/App.java",
                "releases/42/App.java",
                "grouped/one/App.java",
                "grouped/two/App.java")) {
            Folders.write(httpd.work().resolve(file), SOURCE);
        }
        Folders.write(other.resolve(".htaccess"), "AddHandler jvm-application .java\n");
        Files.createDirectories(httpd.work().resolve("empty"));
        Files.createSymbolicLink(web.resolve("current"), Path.of("../releases/42"));
        Path uploads = Files.createDirectories(web.resolve("uploads"));
        Path planted = Folders.write(web.resolve("planted/App.java"), SOURCE);
        Folders.write(uploads.resolve("App.java"), SOURCE);
        Files.createSymbolicLink(
                planted.resolveSibling("Link.java"), httpd.work().resolve("elsewhere/App.java"));
        Command.succeed("mkfifo", web.resolve("Fifo.java").toString());
        Command.succeed("chown", "-hR", HTTPD_USER, uploads.toString(), planted.toString());
        Command.succeed(
                "chown", "-h", HTTPD_USER, planted.resolveSibling("Link.java").toString());
        httpd.start();
    }

    private static String ask(String pool, Object target, String... more) {
        Proc daemon = httpd.awaitReady(pool, 1).get(0);
        List<String> parts = more.length > 0 ? List.of(more) : List.of("application", group(pool) + target);
        String[] all = new String[4 + parts.size() - 1];
        all[0] = "2";
        all[1] = Board.key(httpd.parent(), daemon);
        all[2] = target.toString();
        for (int i = 0; i < parts.size(); i++) {
            all[3 + i] = parts.get(i);
        }
        Path socket = httpd.sockets().stream()
                .filter(path -> path.getFileName().toString().startsWith(pool + "."))
                .findFirst()
                .orElseThrow();
        return Intruder.run(HTTPD_USER, socket, all);
    }

    /** A group as httpd would name it. */
    private static String group(String pool) {
        String host = pool.equals("one") || pool.equals("two") ? "grouped" : pool;
        return host + ".test:" + httpd.port(host) + "|/x";
    }

    @Test
    void shouldBringNothingToAPoolOfMountsAlone() {
        Path configured = httpd.apps().resolve("Facts.java");

        assertThat(ask("mounted", web.resolve("App.java"))).startsWith("failed 404");
        assertThat(ask("mounted", configured)).startsWith("failed 404");
        assertThat(ask("mounted", configured, "java.lang.Runtime", "g")).startsWith("failed 404");
        assertThat(Http.get(httpd.uri("mounted", "/?pid")).statusCode()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "WORK/elsewhere/App.java",
                "WORK/other/App.java",
                "WEB/../elsewhere/App.java",
                "WEB/./App.java",
                "WEB/App.java\\0.java",
                "WEB/Fifo.java",
                "WEB",
                "WEB/missing/App.java",
                "WEB/uploads/App.java",
                "WEB/planted/App.java",
                "WEB/planted/Link.java",
                "/proc/self/fd/0",
                "/proc/self/cwd/App.java",
                "/dev/stdin",
                "App.java",
                ""
            })
    void shouldBringNothingThatNoHandlerLeadsTo(String target) {
        assertThat(ask(
                        "web",
                        target.replace("WEB", web.toString())
                                .replace("WORK", httpd.work().toString())))
                .startsWith("failed 404");
    }

    @Test
    void shouldNotChooseMoreThanTheTarget() {
        String app = web.resolve("App.java").toString();

        assertThat(ask("web", app)).isEqualTo("response 200 ran");
        assertThat(ask("web", app, "other", group("web"))).startsWith("failed 404");
        assertThat(ask("web", app, "java.lang.Runtime::exit", group("web"))).startsWith("failed 404");
        assertThat(ask("web", app, "application", "g")).startsWith("failed 404");
        assertThat(ask("web", app, "application", group("web"), "a=b")).startsWith("failed 404");
    }

    @Test
    void shouldStillServeWhatHandlersLeadTo() {
        assertThat(Http.get(httpd.uri("web", "/App.java")).body()).isEqualTo("ran");
        assertThat(Http.get(httpd.uri("web", "/sub/App.java")).body()).isEqualTo("ran");
        assertThat(Http.get(httpd.uri("web", "/current/App.java")).body()).isEqualTo("ran");
        assertThat(Http.get(httpd.uri("other", "/part/App.java")).body()).isEqualTo("ran");
        assertThat(Http.get(httpd.uri("matched", "/shop/hello/x")).body()).isEqualTo("ran");
        assertThat(Http.get(httpd.uri("grouped", "/one/App.java")).body()).isEqualTo("ran");
        assertThat(Http.get(httpd.uri("grouped", "/two/App.java")).body()).isEqualTo("ran");
        assertThat(ask("web", httpd.work().resolve("vouched/App.java"))).isEqualTo("response 200 ran");
        assertThat(Http.get(httpd.uri("web", "/uploads/App.java")).statusCode()).isEqualTo(404);
    }

    @Test
    void shouldKeepToTheFormOfAnAliasMatch() {
        Path sites = httpd.work().resolve("sites/shop");

        assertThat(ask("matched", sites.resolve("app-hello.java"))).isEqualTo("response 200 ran");
        assertThat(ask("matched", sites.resolve("App.java"))).startsWith("failed 404");
    }

    @Test
    void shouldKeepPoolsOfOneHostApart() {
        Path grouped = httpd.work().resolve("grouped");

        assertThat(ask("two", grouped.resolve("two/App.java"))).isEqualTo("response 200 ran");
        assertThat(ask("two", grouped.resolve("one/App.java"))).startsWith("failed 404");
        assertThat(ask("other", web.resolve("App.java"))).startsWith("failed 404");
    }

    @Test
    void shouldSayWhatWasRefusedButNotEachTime() {
        for (int i = 0; i < 5; i++) {
            assertThat(ask("other", "/etc/Passwd" + i + ".java"))
                    .startsWith("failed 404")
                    .contains("target-folder=");
        }
        // other tests ask this daemon too
        Await.until("a line about it", Await.LONG, () -> !refusals().isEmpty());
        assertThat(refusals()).hasSize(1).allMatch(line -> line.contains("App.java") || line.contains("/etc/Passwd"));
    }

    private static List<String> refusals() {
        return httpd.log("other").lines("refused: ").stream()
                .filter(line -> line.contains("[pool other]"))
                .toList();
    }
}

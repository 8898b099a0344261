package modjvm.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import modjvm.it.harness.Folders;
import modjvm.it.harness.Httpd;
import modjvm.it.harness.RawClient;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * How a request's path is split at the mount. The application answers
 * [scriptName][pathInfo][query][target].
 */
class PathsTest {
    @AutoClose
    private static Httpd httpd;

    @BeforeAll
    static void start() {
        httpd = Httpd.with()
                .main("JVMDaemonProcess shared ${AS1}\nJVMProcessGroup shared")
                .host("mounts", """
                        JVMAlias /app ${APPS}/Facts.java
                        JVMAlias /app/sub ${APPS}/Facts.java
                        JVMAlias /slash/ ${APPS}/Facts.java
                        JVMAliasMatch ^/v[0-9]+/item ${APPS}/Facts.java
                        DocumentRoot ${WORK}/htdocs
                        <Directory ${WORK}/htdocs>
                            Require all granted
                            AddHandler jvm-application .java
                        </Directory>
                        <Directory ${WORK}/htdocs/all>
                            SetHandler jvm-application
                        </Directory>
                        """)
                .host("root", "JVMAlias / ${APPS}/Facts.java\nJVMAlias /inner ${APPS}/Facts.java")
                .host("slashes", "AllowEncodedSlashes On\nMergeSlashes Off\nJVMAlias /app ${APPS}/Facts.java")
                .host("encoded", "AllowEncodedSlashes NoDecode\nJVMAlias /app ${APPS}/Facts.java")
                .write();
        httpd.expect("AH10244: invalid URI path");
        Folders.write(httpd.work().resolve("htdocs/page.html"), "a page\n");
        String source = """
                import modjvm.*;
                public class Hello {
                    static final Application application = r -> Response.text("[" + r.scriptName() + "][" + r.pathInfo() + "]");
                }
                """;
        Folders.write(httpd.work().resolve("htdocs/dir/Hello.java"), source);
        Folders.write(httpd.work().resolve("htdocs/all/Hello.java"), source);
        httpd.start();
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "none",
            value = {
                "/app,                 [/app][][][/app]",
                "/app/,                [/app][/][][/app/]",
                "/app/x/y,             [/app][/x/y][][/app/x/y]",
                "/app?a=%20b&c,        [/app][][a=%20b&c][/app?a=%20b&c]",
                "/app/?,               [/app][/][][/app/?]",
                "/app/sub,             [/app/sub][][][/app/sub]",
                "/app/sub/x,           [/app/sub][/x][][/app/sub/x]",
                "/app/subway,          [/app][/subway][][/app/subway]",
                "/app//x//y,           [/app][/x/y][][/app//x//y]",
                "//app/x,              [/app][/x][][//app/x]",
                "/app/a;x=y/b;z,       [/app][/a;x=y/b;z][][/app/a;x=y/b;z]",
                "/app;x=y/b,           none",
                "/application,         none",
                "/app/a%20b+c,         [/app][/a b+c][][/app/a%20b+c]",
                "/app/a%25b,           [/app][/a%b][][/app/a%25b]",
                "/%61pp/x,             [/app][/x][][/%61pp/x]",
                "/app/%C3%A9%E2%82%AC, [/app][/é€][][/app/%C3%A9%E2%82%AC]",
                "/app/../app/x,        [/app][/x][][/app/../app/x]",
                "/app/x/../y,          [/app][/y][][/app/x/../y]",
                "/app/%2e%2e/app/x,    [/app][/x][][/app/%2e%2e/app/x]",
                "/app/./x,             [/app][/x][][/app/./x]",
                "/app/..,              none",
                "/slash/,              [/slash][/][][/slash/]",
                "/slash/x,             [/slash][/x][][/slash/x]",
                "/v12/item/7,          [/v12/item][/7][][/v12/item/7]",
                "/v12/item,            [/v12/item][][][/v12/item]",
                "/va/item,             none",
            })
    void shouldSplitAtTheMount(String target, String expected) throws IOException {
        RawClient.Reply reply = RawClient.get(httpd.port("mounts"), target);

        if (expected == null) {
            assertThat(reply.status()).isIn(403, 404);
        } else {
            assertThat(reply.text()).isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "/,          [][/][][/]",
        "/x/y,       [][/x/y][][/x/y]",
        "/inner,     [/inner][][][/inner]",
        "/inner/x,   [/inner][/x][][/inner/x]",
        "/inners,    [][/inners][][/inners]",
    })
    void shouldMountAtTheRoot(String target, String expected) throws IOException {
        assertThat(RawClient.get(httpd.port("root"), target).text()).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "/app/%FF,      400",
        "/app/%C3,      400",
        "/app/%C0%AF,   400",
        "/app/a%00b,    404",
        "/app/a%2Fb,    404",
        "/../app,       400",
        "/app/../../x,  400",
        "/app/%zz,      400",
    })
    void shouldRefuse(String target, int status) throws IOException {
        int answered = RawClient.get(httpd.port("mounts"), target).status();

        // httpd itself answers some of these, and has told them both ways
        assertThat(answered).isIn(400, 404);
        if (target.matches(".*%(FF|C3|C0).*")) {
            assertThat(answered).isEqualTo(status);
        }
    }

    @Test
    void shouldFollowTheServersRulesForSlashes() throws IOException {
        assertThat(RawClient.get(httpd.port("slashes"), "/app/a%2Fb").text()).isEqualTo("[/app][/a/b][][/app/a%2Fb]");
        assertThat(RawClient.get(httpd.port("slashes"), "/app//x//y").text()).isEqualTo("[/app][//x//y][][/app//x//y]");
        assertThat(RawClient.get(httpd.port("encoded"), "/app/a%2Fb").text()).isEqualTo("[/app][/a%2Fb][][/app/a%2Fb]");
    }

    @Test
    void shouldServeAFileOfTheDocumentTree() throws IOException {
        assertThat(RawClient.get(httpd.port("mounts"), "/page.html").text()).isEqualTo("a page\n");
        assertThat(RawClient.get(httpd.port("mounts"), "/dir/Hello.java").text())
                .isEqualTo("[/dir/Hello.java][]");
        assertThat(RawClient.get(httpd.port("mounts"), "/dir/Hello.java/x").text())
                .isEqualTo("[/dir/Hello.java][/x]");
        assertThat(RawClient.get(httpd.port("mounts"), "/dir/Missing.java").status())
                .isEqualTo(404);
    }

    @Test
    void shouldServeFilesOfAFolderButNotTheFolder() throws IOException {
        assertThat(RawClient.get(httpd.port("mounts"), "/all/Hello.java/x").text())
                .isEqualTo("[/all/Hello.java][/x]");
        assertThat(RawClient.get(httpd.port("mounts"), "/all/").status()).isEqualTo(403);
        assertThat(RawClient.get(httpd.port("mounts"), "/all/Missing.java").status())
                .isEqualTo(404);
    }
}

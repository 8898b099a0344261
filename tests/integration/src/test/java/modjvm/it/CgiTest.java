package modjvm.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Map;
import java.util.TreeMap;
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

/**
 * An application and a CGI script in one place see the same variables, whichever way httpd has
 * taken to them.
 */
class CgiTest {
    /** Where the two differ, and why. */
    private static final Map<String, String> DIFFERENCES = Map.of(
            "PATH", "of the script's process; an application has System.getenv",
            "PWD", "made by sh",
            "OLDPWD", "made by sh",
            "_", "made by sh",
            "PATH_TRANSLATED",
                    "a path below the document root that httpd looks up for scripts: an application has no use for it",
            "REMOTE_PORT", "each request has a connection of its own here",
            "CONTEXT_PREFIX", "of ScriptAlias; JVMAlias maps URLs to an application, not to files",
            "CONTEXT_DOCUMENT_ROOT", "as CONTEXT_PREFIX");

    @AutoClose
    private static Httpd httpd;

    @BeforeAll
    static void start() throws IOException {
        httpd = Httpd.with()
                .ownApplications()
                .module("cgid", "include", "rewrite")
                .main(Cgi.SOCKET + "JVMDaemonProcess site ${AS1}\nJVMProcessGroup site")
                .host("jvm", configuration("Index.java", "JVMAlias /mount ${APPS}/Facts.java"))
                .host("cgi", configuration("Index.cgi", "ScriptAlias /mount ${WORK}/mount.cgi"))
                .write();
        for (String folder : new String[] {"front", "rule", "index", "fallback", "files"}) {
            var dir = httpd.dir().resolve("htdocs").resolve(folder);
            Cgi.script(dir.resolve("Index.cgi"), "printf 'Content-Type: text/plain\\n\\n'\nenv");
            Folders.write(
                    dir.resolve("Index.java"),
                    Files.readString(httpd.apps().resolve("Facts.java"))
                            .replace("Facts", "Index")
                            .replaceFirst(
                                    "return switch", "if (true) return Response.text(lines(request));\nreturn switch"));
        }
        Cgi.script(httpd.work().resolve("mount.cgi"), "printf 'Content-Type: text/plain\\n\\n'\nenv");
        Folders.write(
                httpd.apps().resolve("Facts.java"),
                Files.readString(httpd.apps().resolve("Facts.java"))
                        .replaceFirst(
                                "return switch", "if (true) return Response.text(lines(request));\nreturn switch"));
        Folders.write(httpd.dir().resolve("htdocs/files/page.shtml"), "<!--#include virtual=\"/mount/a%20b?in=1\" -->");
        Folders.write(
                httpd.dir().resolve("htdocs/files/jvm.shtml"), "<!--#include virtual=\"Index.java/a%20b?in=1\" -->");
        Folders.write(
                httpd.dir().resolve("htdocs/files/cgi.shtml"), "<!--#include virtual=\"Index.cgi/a%20b?in=1\" -->");
        httpd.expect("AH01630"); // client denied
        httpd.start();
    }

    private static String configuration(String index, String mount) {
        return """
                UseCanonicalName On
                SetEnv COLOUR "dark green"
                %s
                AddHandler jvm-application .java
                AddHandler cgi-script .cgi
                AddType text/html .shtml
                AddOutputFilter INCLUDES .shtml
                ErrorDocument 404 /mount/error?why=404
                RewriteEngine On
                RewriteRule ^/passed/(.*)$ /mount/$1 [PT]
                RewriteRule ^/queried/(.*)$ /mount/x?path=$1 [PT,QSA,B]
                RewriteRule ^/marked /mount [PT,E=MARK:seen]
                <Directory />
                    Options +Includes +ExecCGI +FollowSymLinks
                    Require all granted
                </Directory>
                <Directory ${HTDOCS}/front>
                    RewriteEngine On
                    RewriteCond %%{REQUEST_FILENAME} !-f
                    RewriteRule ^ INDEX [L]
                </Directory>
                <Directory ${HTDOCS}/rule>
                    RewriteEngine On
                    RewriteCond %%{REQUEST_FILENAME} !-f
                    RewriteRule ^(.*)$ INDEX/$1 [L,E=MARK:seen]
                </Directory>
                <Directory ${HTDOCS}/index>
                    DirectoryIndex INDEX
                </Directory>
                <Directory ${HTDOCS}/fallback>
                    FallbackResource /fallback/INDEX
                </Directory>
                <Location /forbidden>
                    Require all denied
                    ErrorDocument 403 /mount/denied
                </Location>
                <Location /absolute>
                    QualifyRedirectURL On
                    ErrorDocument 404 /mount/qualified
                </Location>
                """.formatted(mount).replace("INDEX", index).replace("${HTDOCS}", "${WORK}/../htdocs");
    }

    private static RawClient.Reply ask(String host, String request, String fields) throws IOException {
        try (RawClient client = new RawClient(httpd.port(host))) {
            client.send(request.replace("INDEX", host.equals("jvm") ? "Index.java" : "Index.cgi")
                            .replace("HOST", host) + " HTTP/1.1\r\nHost: same.test:1\r\nConnection: close\r\n" + fields
                    + "\r\n");
            return client.receive();
        }
    }

    private static Map<String, String> environ(String host, String request, String fields) throws IOException {
        RawClient.Reply reply = ask(host, request, fields);
        Map<String, String> variables = new TreeMap<>();
        for (String line : reply.text().split("\n")) {
            int at = line.indexOf('=');
            assertThat(at).as("%s in %s", line, reply.text()).isPositive();
            variables.put(
                    line.substring(0, at),
                    line.substring(at + 1)
                            .replace("Index.cgi", "Index.java")
                            .replace("cgi.shtml", "jvm.shtml")
                            .replace("cgi.test", "jvm.test")
                            .replace(httpd.work() + "/mount.cgi", httpd.apps() + "/Facts.java")
                            .replace(":" + httpd.port("cgi"), ":" + httpd.port("jvm")));
        }
        variables.put(
                "SERVER_PORT", variables.get("SERVER_PORT").replace("" + httpd.port("cgi"), "" + httpd.port("jvm")));
        variables.put("the status", Integer.toString(reply.status()));
        variables.keySet().removeAll(DIFFERENCES.keySet());
        variables
                .values()
                .removeIf(String::isEmpty); // httpd leaves out of a script's what has no value; SCRIPT_NAME and
        // PATH_INFO are always there
        return variables;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /mount",
                "GET /mount/",
                "GET /mount/a%20b/c?x=1&y=%20",
                "GET /mount/a//b/../c",
                "GET http://same.test:1/mount/a%20b?x=1",
                "DELETE /mount/a?x",
                "GET /files/INDEX",
                "GET /files/INDEX/a%20b/c?x=1",
                "GET /front/a%20b/c?x=1",
                "GET /front/a%20b/c",
                "POST /front/a%20b/c?x=1",
                "GET /front/INDEX/a?x=1",
                "GET /rule/a%20b/c?x=1",
                "GET /rule/%C3%BC%20x",
                "GET /index/",
                "GET /index/?x=1",
                "GET /fallback/a%20b/c?x=1",
                "GET /passed/a%20b/c?x=1",
                "GET /queried/a%20b/c?x=1",
                "GET /marked?x=1",
                "GET /no%20such?q=1",
                "POST /no%20such?q=1",
                "GET /forbidden/a%20b?q=1",
                "GET /absolute/a%20b?q=1",
                "GET /files/page.shtml?x=1",
                "GET /files/HOST.shtml?x=1",
                "GET /files/HOST.shtml/below?x=1",
            })
    void shouldSeeTheSameAsAScript(String request) throws IOException {
        String fields = "X-Mark: seen\r\nAccept: a\r\nAccept: b\r\nCookie: c=1\r\n"
                + (request.startsWith("POST") ? "Content-Type: text/x\r\nContent-Length: 0\r\n" : "");
        Map<String, String> script = environ("cgi", request, fields);
        Map<String, String> application = environ("jvm", request, fields);
        if (script.get("SERVER_PROTOCOL")
                .equals("INCLUDED")) { // a script's name has the path info, too, then; a router wants the two apart
            assertThat(script.get("SCRIPT_NAME")).endsWith(script.get("PATH_INFO"));
            script.computeIfPresent("SCRIPT_NAME", (k, name) -> name.replace(script.get("PATH_INFO"), ""));
        }
        script.forEach((name, value) -> assertThat(application).containsEntry(name, value));
        assertThat(application).isEqualTo(script);
    }

    /** What a page not found is answered with is not the page. */
    @ParameterizedTest
    @CsvSource({"/no%20such?q=1, 404", "/forbidden/a, 403", "/front/a, 200", "/fallback/a, 200", "/index/, 200"})
    void shouldKeepTheStatusOfTheErrorItAnswersFor(String path, int status) throws IOException {
        assertThat(ask("cgi", "GET " + path, "").status()).isEqualTo(status);
        assertThat(ask("jvm", "GET " + path, "").status()).isEqualTo(status);
    }

    /** Target and query as the client and the rules made them: what a router reads. */
    @Test
    void shouldHoldNoRawSpaces() throws IOException {
        assertThat(environ("jvm", "GET /rule/a%20b/c?x=1", ""))
                .containsEntry("REQUEST_URI", "/rule/a%20b/c?x=1")
                .containsEntry("PATH_INFO", "/a b/c")
                .containsEntry("QUERY_STRING", "x=1")
                .containsEntry("REDIRECT_MARK", "seen");
    }
}

package modjvm.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import modjvm.it.harness.Folders;
import modjvm.it.harness.Httpd;
import modjvm.it.harness.RawClient;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Every way to write `..`: nothing outside the folder that is served is read or run, whatever httpd
 * and the application make of the path.
 */
class TraversalTest {
    private static final String SECRET = "outside of what is served";

    private static final List<String> DOTS = List.of(
            "..",
            ".%2e",
            "%2e.",
            "%2e%2e",
            "%2E%2E",
            "%252e%252e",
            "%25%32%65%25%32%65",
            "%c0%ae%c0%ae",
            "%e0%80%ae%e0%80%ae",
            "%uff0e%uff0e",
            "%ef%bc%8e%ef%bc%8e",
            "..;",
            "..;x=y",
            "..%3b",
            "..%00",
            "..%20",
            "%20..",
            "....",
            "..%0d",
            "..%09",
            "..\u00ad",
            ".%00.");

    private static final List<String> SLASHES = List.of(
            "/",
            "//",
            "/./",
            "%2f",
            "%2F",
            "%252f",
            "\\",
            "%5c",
            "%255c",
            "/%2f",
            "%2f/",
            "%c0%af",
            "%e0%80%af",
            "%ef%bc%8f",
            "/%2e/",
            "/x/%2e%2e/",
            ";/",
            "%00/",
            "/;/",
            "%23/",
            "%3f/");

    private static final List<String> ENDS = List.of("secret.txt", "Secret.java");

    @AutoClose
    private static Httpd httpd;

    @BeforeAll
    static void start() {
        String scripts = """
                DocumentRoot ${WORK}/tree/inside
                <Directory ${WORK}/tree/inside>
                    Require all granted
                    AddHandler jvm-application .java
                </Directory>
                JVMAlias /wire ${APPS}/Wire.java
                JVMAliasMatch ^/match/[^/]*\\.java ${APPS}/Wire.java
                """;
        httpd = Httpd.with()
                .main("JVMDaemonProcess shared ${AS1}\nJVMProcessGroup shared\nKeepAlive On\nMaxKeepAliveRequests 0")
                .host("usual", scripts)
                .host("decoded", "AllowEncodedSlashes On\nMergeSlashes Off\n" + scripts)
                .host("encoded", "AllowEncodedSlashes NoDecode\n" + scripts)
                .write();
        httpd.expect("AH\\d+|MJ00\\d\\d");
        Path tree = httpd.work().resolve("tree");
        Folders.write(tree.resolve("inside/deep/er/page.txt"), "a page\n");
        Folders.write(tree.resolve("secret.txt"), SECRET);
        Folders.write(httpd.work().resolve("secret.txt"), SECRET);
        String source =
                "import modjvm.*;\npublic class Secret { static final Application application = r -> Response.text(\""
                        + SECRET + "\"); }\n";
        Folders.write(tree.resolve("Secret.java"), source);
        Folders.write(httpd.work().resolve("Secret.java"), source);
        httpd.start();
    }

    private static List<String> targets() {
        List<String> targets = new ArrayList<>();
        String below = "?below=" + httpd.work() + "/tree/inside";
        for (String dots : DOTS) {
            for (String slash : SLASHES) {
                for (int depth : new int[] {1, 3}) {
                    String up = (dots + slash).repeat(depth);
                    for (String end : ENDS) {
                        targets.add("/wire/" + up + end + below);
                        targets.add("/wire/deep" + slash + up + dots + slash + end + below);
                        targets.add("/deep/" + up + dots + slash + end);
                        targets.add("/match/x.java" + slash + up + end + below);
                    }
                }
            }
        }
        return targets;
    }

    @Test
    void shouldServeWhatIsInside() throws IOException {
        String below = "?below=" + httpd.work() + "/tree/inside";
        assertThat(RawClient.get(httpd.port("usual"), "/wire/deep/er/page.txt" + below)
                        .text())
                .isEqualTo("a page\n");
        assertThat(RawClient.get(httpd.port("usual"), "/deep/er/page.txt").text())
                .isEqualTo("a page\n");
    }

    @Test
    void shouldServeNothingOutside() throws IOException {
        List<String> found = new ArrayList<>();
        int answered = 0;
        for (String host : List.of("usual", "decoded", "encoded")) {
            RawClient client = new RawClient(httpd.port(host));
            for (String target : targets()) {
                try {
                    client.send("GET " + target + " HTTP/1.1\r\nHost: x\r\n\r\n");
                    RawClient.Reply reply = client.receive();
                    answered++;
                    if (reply.status() < 300 || reply.text().contains(SECRET)) {
                        found.add(host + " " + target + ": " + reply.status() + " " + reply.text());
                    }
                    if (!reply.head().first("Connection").equalsIgnoreCase("close")) {
                        continue;
                    }
                } catch (EOFException | SocketException e) {
                    // the next one has a connection of its own
                }
                client.close();
                client = new RawClient(httpd.port(host));
            }
            client.close();
        }
        assertThat(found).isEmpty();
        assertThat(answered).isGreaterThan(20_000);
    }
}

package modjvm.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import modjvm.it.harness.Cgi;
import modjvm.it.harness.Http;
import modjvm.it.harness.Httpd;
import modjvm.it.harness.HttpdBuilder;
import modjvm.it.harness.Users;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Programs that other modules of the same httpd run: what they inherit of us, and what they can do
 * with it.
 */
@RequiresRoot
class NeighbourTest {
    private static final Path MODULES = Path.of("/usr/lib/apache2/modules");

    /** One of each order of modules: a post_config hook forks before ours, or behind it. */
    private static final List<Httpd> HTTPDS = new ArrayList<>();

    private static List<String> present;

    @BeforeAll
    static void start() throws Exception {
        present = Stream.of("wsgi", "fcgid", "cgid")
                .filter(name -> Files.exists(MODULES.resolve("mod_" + name + ".so")))
                .toList();
        Users.second();
        for (boolean isFirst : new boolean[] {true, false}) {
            HttpdBuilder builder = Httpd.with().ownApplications();
            String late = "";
            for (String name : present) {
                if (isFirst) {
                    builder.module(name);
                } else {
                    late += "LoadModule " + name + "_module " + MODULES.resolve("mod_" + name + ".so") + "\n";
                }
            }
            Httpd httpd =
                    builder.main(late + lines()).host("site", """
                            JVMDaemonProcess site ${AS2}
                            JVMAlias /jvm ${APPS}/Facts.java
                            ScriptAlias /cgid ${APPS}/neighbour.py
                            """ + hostLines()).write();
            Files.setPosixFilePermissions(
                    httpd.apps().resolve("neighbour.py"), PosixFilePermissions.fromString("rwxr-xr-x"));
            HTTPDS.add(httpd);
            httpd.start();
        }
    }

    @AfterAll
    static void stop() {
        HTTPDS.forEach(Httpd::close);
    }

    private static String lines() {
        String lines = Cgi.SOCKET;
        if (present.contains("wsgi")) {
            lines += "WSGIDaemonProcess neighbour user=" + Users.first()
                    + " processes=2 threads=2 home=/\nWSGISocketPrefix ${WORK}/wsgi\n";
        }
        if (present.contains("fcgid")) {
            lines += "FcgidIPCDir ${WORK}/fcgid\nFcgidProcessTableFile ${WORK}/fcgid.table\n";
        }
        return lines + "<Directory ${APPS}>\nRequire all granted\n</Directory>\n";
    }

    private static String hostLines() {
        String lines = "";
        if (present.contains("wsgi")) {
            lines += "WSGIScriptAlias /wsgi ${APPS}/neighbour.py process-group=neighbour application-group=%{GLOBAL}\n";
        }
        if (present.contains("fcgid")) {
            lines +=
                    "Alias /fcgid ${APPS}/neighbour.py\n<Location /fcgid>\nSetHandler fcgid-script\nOptions +ExecCGI\n</Location>\n";
        }
        return lines;
    }

    static List<String> neighbours() {
        return List.of("wsgi", "fcgid", "cgid");
    }

    @ParameterizedTest
    @MethodSource("neighbours")
    void shouldInheritNothingOfUse(String neighbour) {
        Assumptions.assumeTrue(present.contains(neighbour), "mod_" + neighbour + " is not installed");
        for (Httpd httpd : HTTPDS) {
            for (int generation = 0; generation < 2; generation++) {
                assertThat(Http.await(httpd.uri("site", "/jvm?pid"), 200).body())
                        .isNotEmpty();
                look(httpd, Http.await(httpd.uri("site", "/" + neighbour), 200).body());
                httpd.graceful();
            }
        }
    }

    /** Descriptors of ours are marks that only root can use, and nothing of ours is mapped. */
    private static void look(Httpd httpd, String report) {
        Set<String> ofSupervisor = httpd.supervisor().orElseThrow().descriptors().values().stream()
                .filter(target -> target.startsWith("pipe:") || target.startsWith("socket:"))
                .collect(Collectors.toSet());
        assertThat(ofSupervisor).isNotEmpty();
        assertThat(report).startsWith("user ").contains("\nfd ").doesNotContain("user 0\n");
        for (String line : report.lines().toList()) {
            String target = line.replaceFirst("^fd \\d+ (.*): .*", "$1");
            assertThat(line).doesNotContain("SOCK_SEQPACKET").doesNotMatch("map .*mod_jvm.*");
            if (ofSupervisor.contains(target) || target.matches(".*(mod_jvm|/control\\.\\d+\\.new).*")) {
                assertThat(line).endsWith(": mark, to open it: refused, to connect: refused");
            }
        }
    }
}

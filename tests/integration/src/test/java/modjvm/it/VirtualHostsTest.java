package modjvm.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import modjvm.it.harness.Command;
import modjvm.it.harness.Folders;
import modjvm.it.harness.Http;
import modjvm.it.harness.Httpd;
import modjvm.it.harness.Proc;
import modjvm.it.harness.RawClient;
import modjvm.it.harness.Users;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Two virtual hosts, two users: neither reaches what is the other's. */
@RequiresRoot
class VirtualHostsTest {
    /** What curl ends with. */
    private static final int CANNOT_CONNECT = 7;

    @AutoClose
    private static Httpd httpd;

    @BeforeAll
    static void start() throws java.io.IOException {
        httpd = Httpd.with()
                .main("JVMDaemonProcess common ${AS2}")
                .host("one", """
                        JVMDaemonProcess one ${AS1}
                        JVMAlias /own ${APPS}/Facts.java
                        JVMAlias /common ${APPS}/Facts.java process-group=common
                        """)
                .host("two", """
                        JVMDaemonProcess two ${AS2}
                        JVMAlias /own ${APPS}/Facts.java
                        JVMAlias /common ${APPS}/Facts.java process-group=common
                        """)
                .write();
        secret("one", Users.first());
        secret("two", Users.second());
        httpd.start();
    }

    private static void secret(String host, String owner) throws java.io.IOException {
        Path file = Folders.write(httpd.work().resolve("secret-" + host), "of " + host);
        Files.setOwner(
                file, file.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(owner));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }

    private static String ask(String host, String path) {
        return Http.get(httpd.uri(host, path)).body();
    }

    @Test
    void shouldServeEachHostAsItsOwnUser() {
        int one = Integer.parseInt(ask("one", "/own?pid"));
        int two = Integer.parseInt(ask("two", "/own?pid"));

        assertThat(Proc.of(one).orElseThrow().status().get("Uid")).startsWith(Users.uid("mjtest1") + " ");
        assertThat(Proc.of(two).orElseThrow().status().get("Uid")).startsWith(Users.uid("mjtest2") + " ");
    }

    @Test
    void shouldShareThePoolOfTheMainServer() {
        assertThat(ask("one", "/common?pid"))
                .isEqualTo(ask("two", "/common?pid"))
                .isNotEqualTo(ask("two", "/own?pid"));
    }

    @Test
    void shouldKeepFilesApart() {
        assertThat(ask("one", "/own?read=" + httpd.work() + "/secret-one")).isEqualTo("of one");
        assertThat(ask("one", "/own?read=" + httpd.work() + "/secret-two")).contains("AccessDenied");
        assertThat(ask("two", "/own?read=" + httpd.work() + "/secret-one")).contains("AccessDenied");
    }

    @Test
    void shouldLetOnlyHttpdConnect() {
        assertThat(httpd.sockets()).hasSize(3);
        for (Path socket : httpd.sockets()) {
            assertThat(Http.get(httpd.uri("one", "/own?connect=" + socket)).statusCode())
                    .isEqualTo(403);
            assertThat(Http.get(httpd.uri("two", "/own?connect=" + socket)).statusCode())
                    .isEqualTo(403);
        }
    }

    @Test
    void shouldKeepSocketsInAFolderOfRoot() throws java.io.IOException {
        Path socket = httpd.awaitSocket();
        Path folder = socket.getParent();

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)))
                .isEqualTo("rwx--x--x");
        assertThat(Files.getOwner(folder).getName()).isEqualTo("root");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)))
                .isEqualTo("rw-------");
        assertThat(Files.getOwner(socket).getName()).isEqualTo("www-data");
    }

    /**
     * Whoever is not httpd neither learns which sockets there are nor, knowing one, connects;
     * httpd's user, so asked, does.
     */
    @Test
    void shouldKeepLocalUsersOut() {
        httpd.expect("connection of pid \\d+ is rejected: UNKNOWN_FRAME"); // what www-data sends is HTTP
        Path socket = httpd.awaitSocket();

        for (String user : List.of(Users.first(), Users.second(), "nobody")) {
            assertThat(as(user, "ls", socket.getParent().toString()).output())
                    .contains("Permission denied")
                    .doesNotContain(".sock");
            assertThat(as(user, "curl", "--silent", "--unix-socket", socket.toString(), "http://x/")
                            .exitCode())
                    .as(user)
                    .isEqualTo(CANNOT_CONNECT);
        }
        assertThat(as("www-data", "curl", "--silent", "--unix-socket", socket.toString(), "http://x/")
                        .exitCode())
                .isNotIn(0, CANNOT_CONNECT);
    }

    private static Command as(String user, String... command) {
        List<String> whole = new ArrayList<>(List.of(
                "setpriv",
                "--reuid",
                user,
                "--regid",
                Integer.toString(Users.gid(user)),
                "--clear-groups",
                "--inh-caps=-all"));
        whole.addAll(List.of(command));
        return Command.run(whole);
    }

    @Test
    void shouldTellHostsOfOnePortApartByName() throws java.io.IOException {
        try (Httpd byName = Httpd.with().host("first", """
                        JVMDaemonProcess first ${AS1}
                        JVMAlias /app ${APPS}/Facts.java
                        </VirtualHost>
                        <VirtualHost 127.0.0.1:${PORT_first}>
                        ServerName second.test
                        ErrorLog ${WORK}/second.log
                        JVMDaemonProcess second ${AS2}
                        JVMAlias /app ${APPS}/Facts.java
                        """).start()) {
            assertThat(user(byName, "first.test")).startsWith(Users.uid("mjtest1") + " ");
            assertThat(user(byName, "second.test")).startsWith(Users.uid("mjtest2") + " ");
        }
    }

    private static String user(Httpd httpd, String name) throws java.io.IOException {
        try (RawClient client = new RawClient(httpd.port("first"))) {
            client.send("GET /app?pid HTTP/1.1\r\nHost: " + name + "\r\n\r\n");
            return Proc.of(Integer.parseInt(client.receive().text()))
                    .orElseThrow()
                    .status()
                    .get("Uid");
        }
    }
}

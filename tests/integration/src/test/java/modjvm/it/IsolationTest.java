package modjvm.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import modjvm.it.harness.Command;
import modjvm.it.harness.Folders;
import modjvm.it.harness.Http;
import modjvm.it.harness.Httpd;
import modjvm.it.harness.Memory;
import modjvm.it.harness.Prefix;
import modjvm.it.harness.Proc;
import modjvm.it.harness.Users;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What a daemon is, as /proc shows it: nothing of root or of httpd is left in it. */
@RequiresRoot
class IsolationTest {
    private static final String NO_CAPABILITIES = "0000000000000000";

    @AutoClose
    private static Httpd httpd;

    private static Proc shop;
    private static Proc plain;

    @BeforeAll
    static void start() {
        httpd = Httpd.with()
                .ownApplications()
                .host("shop", """
                        JVMDaemonProcess shop ${AS1} "supplementary-groups=mjtest2,games" umask=0077 "home=${WORK}/home" \\
                            env=COLOUR=green "env=WITH=a = b" lang=POSIX heap=48m "java-option=-Done=1" "java-option=-Dtwo=a b" \\
                            "class-path=${WORK}/lib" env-file=${APPS}/shop.env
                        JVMAlias / ${APPS}/Facts.java
                        """)
                .host("plain", "JVMDaemonProcess plain ${AS2} \"display-name=my shop\"\nJVMAlias / ${APPS}/Facts.java")
                .write();
        Users.second();
        Folders.make(httpd.work().resolve("home"), Users.first(), "rwx------");
        Folders.write(httpd.work().resolve("lib/marker.txt"), "found\n");
        Path variables = Folders.write(httpd.apps().resolve("shop.env"), """
                # for root's eyes alone
                COLOUR=red
                PASSWORD="two words"
                TOKEN=sesame-4711-is-open
                """);
        Command.succeed("chmod", "600", variables.toString());
        httpd.start();
        shop = daemon("shop");
        plain = daemon("plain");
    }

    private static Proc daemon(String host) {
        return Proc.of(Integer.parseInt(ask(host, "pid"))).orElseThrow();
    }

    private static String ask(String host, String question) {
        return Http.get(httpd.uri(host, "/?" + question)).body();
    }

    private static String four(int number) {
        return (number + " ").repeat(4).trim();
    }

    @Test
    void shouldHaveTheIdentityOfThePool() {
        Map<String, String> status = shop.status();

        assertThat(status).containsEntry("Uid", four(Users.uid("mjtest1")));
        assertThat(status).containsEntry("Gid", four(Users.gid("mjtest1")));
        assertThat(status.get("Groups").split(" "))
                .containsExactlyInAnyOrder(Integer.toString(Users.gid("mjtest2")), "60");
        assertThat(status).containsEntry("Umask", "0077");
        assertThat(plain.status()).containsEntry("Umask", "0027");
        assertThat(plain.status()).containsEntry("Uid", four(Users.uid("mjtest2")));
    }

    @Test
    void shouldHaveNoSupplementaryGroupsButItsUsers() {
        String groups = plain.status().get("Groups");

        // the kernel names the primary group too if initgroups put it there
        assertThat(groups).isIn("", Integer.toString(Users.gid("mjtest2")));
    }

    @Test
    void shouldHaveNoWayBack() {
        for (Proc daemon : List.of(shop, plain)) {
            Map<String, String> status = daemon.status();
            assertThat(status).containsEntry("NoNewPrivs", "1");
            assertThat(status).containsEntry("CapInh", NO_CAPABILITIES);
            assertThat(status).containsEntry("CapPrm", NO_CAPABILITIES);
            assertThat(status).containsEntry("CapEff", NO_CAPABILITIES);
            assertThat(status).containsEntry("CapAmb", NO_CAPABILITIES);
        }
    }

    @Test
    void shouldShowThePoolInItsName() {
        assertThat(shop.arguments().get(0)).isEqualTo("jvm:shop");
        assertThat(plain.arguments().get(0)).isEqualTo("my shop");
    }

    @Test
    void shouldWorkInItsHome() {
        assertThat(shop.workingFolder()).isEqualTo(httpd.work() + "/home");
        assertThat(plain.workingFolder()).isEqualTo("/"); // its user's home does not exist
    }

    @Test
    void shouldHaveACleanEnvironment() {
        assertThat(shop.environment())
                .containsExactlyInAnyOrder(
                        "HOME=" + httpd.work() + "/home",
                        "USER=mjtest1",
                        "LOGNAME=mjtest1",
                        "PATH=/usr/local/bin:/usr/bin:/bin",
                        "LANG=POSIX",
                        "LC_ALL=POSIX",
                        "MALLOC_ARENA_MAX=2",
                        "PASSWORD=two words",
                        "TOKEN=sesame-4711-is-open",
                        "COLOUR=green", // env wins over env-file
                        "WITH=a = b");
        assertThat(plain.environment())
                .containsExactlyInAnyOrder(
                        "HOME=/",
                        "USER=mjtest2",
                        "LOGNAME=mjtest2",
                        "PATH=/usr/local/bin:/usr/bin:/bin",
                        "LANG=C.UTF-8",
                        "LC_ALL=C.UTF-8",
                        "MALLOC_ARENA_MAX=2");
    }

    @Test
    void shouldHoldNoDescriptorButItsOwn() {
        for (Proc daemon : List.of(shop, plain)) {
            Map<Integer, String> descriptors = daemon.descriptors();
            assertThat(descriptors.get(0)).isEqualTo("/dev/null");
            assertThat(descriptors.get(1)).startsWith("pipe:");
            assertThat(descriptors.get(2)).startsWith("pipe:");
            assertThat(descriptors.get(3)).startsWith("socket:");
            // what the JVM and the launcher open for themselves; no log, no configuration, no file
            // of another pool
            assertThat(descriptors.values())
                    .allMatch(
                            target -> target.matches("/dev/(null|u?random)|(pipe|socket|anon_inode):.*|/usr/lib/jvm/.*|"
                                    + "/proc/" + daemon.pid() + "/mountinfo|" + Prefix.jars() + "/[^/]+\\.jar"));
            assertThat(sharedSockets(daemon)).as("sockets that httpd holds too").isEmpty();
        }
    }

    private static List<String> sharedSockets(Proc daemon) {
        List<String> ofHttpd = httpd.processes().stream()
                .filter(p -> p.program().endsWith("/apache2"))
                .flatMap(p -> p.descriptors().values().stream())
                .filter(target -> target.startsWith("socket:"))
                .toList();
        return daemon.descriptors().values().stream().filter(ofHttpd::contains).toList();
    }

    @Test
    void shouldReadNothingFromStandardInput() {
        assertThat(ask("shop", "stdin")).isEqualTo("-1");
    }

    @Test
    void shouldGiveTheJvmItsOptions() {
        assertThat(ask("shop", "property=one")).isEqualTo("1");
        assertThat(ask("shop", "property=two")).isEqualTo("a b");
        assertThat(Long.parseLong(ask("shop", "heap"))).isBetween(40L << 20, 48L << 20);
        assertThat(Long.parseLong(ask("plain", "heap"))).isBetween(110L << 20, 128L << 20);
        assertThat(ask("shop", "resource=marker.txt")).isEqualTo("true");
        assertThat(ask("plain", "resource=marker.txt")).isEqualTo("false");
        assertThat(ask("plain", "property=file.encoding")).isEqualTo("UTF-8");
    }

    @Test
    void shouldMakeFilesWithItsUmask() throws IOException {
        Path byShop = Path.of(ask("shop", "create=" + httpd.work() + "/by-shop"));
        Path byPlain = Path.of(ask("plain", "create=" + httpd.work() + "/by-plain"));

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(byShop)))
                .isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(byPlain)))
                .isEqualTo("rw-r-----");
        assertThat(Files.getOwner(byShop).getName()).isEqualTo("mjtest1");
    }

    @Test
    void shouldKeepTheSupervisorFree() {
        Proc supervisor = httpd.supervisor().orElseThrow();

        assertThat(supervisor.status()).containsEntry("Uid", four(0));
        assertThat(supervisor.parent()).isEqualTo(httpd.parent().pid());
    }

    @Test
    void shouldTellTheJvmOfItsHome() {
        assertThat(ask("shop", "property=user.home")).isEqualTo(httpd.work() + "/home");
        assertThat(ask("plain", "property=user.home")).isNotEqualTo(httpd.work() + "/home");
    }

    /** httpd's children run as httpd's user, and whoever captures one reads all that it has. */
    @Test
    void shouldLeaveNothingOfAnEnvFileInHttpdsChildren() throws IOException {
        String secret = "sesame-4711-is-open";
        assertThat(Memory.count(shop, "TOKEN=" + secret)).isPositive(); // the search finds what is there
        for (Proc child : httpd.children()) {
            assertThat(Memory.count(child, secret)).as("child " + child.pid()).isZero();
        }
        httpd.graceful();
        for (Proc child : httpd.children()) {
            assertThat(Memory.count(child, secret)).as("child " + child.pid()).isZero();
        }
    }
}

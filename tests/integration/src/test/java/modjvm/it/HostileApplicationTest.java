package modjvm.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import modjvm.it.harness.Command;
import modjvm.it.harness.Http;
import modjvm.it.harness.Httpd;
import modjvm.it.harness.Prefix;
import modjvm.it.harness.Proc;
import modjvm.it.harness.Users;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * An application that does what it can (apps/Hostile.java) against another user's pool, the
 * supervisor and httpd: everything is denied, and nobody notices. The logs and the configuration
 * are root's alone, as distributions have them.
 */
@RequiresRoot
class HostileApplicationTest {
    private static Httpd httpd;
    private static Proc self;
    private static List<Proc> victims;
    private static List<Proc> others;

    @BeforeAll
    static void start() throws IOException {
        httpd = Httpd.with()
                .host("hostile", "JVMDaemonProcess hostile ${AS1}\nJVMAlias / ${APPS}/Hostile.java")
                .host("victim", "JVMDaemonProcess victim ${AS2} processes=2\nJVMAlias / ${APPS}/Facts.java")
                .write();
        for (String log : List.of("main", "hostile", "victim")) {
            hide(Files.createFile(httpd.dir().resolve(log + ".log")));
        }
        hide(httpd.dir().resolve("httpd.conf"));
        httpd.start();
        self = httpd.awaitReady("hostile", 1).get(0);
        victims = httpd.awaitReady("victim", 2);
        Http.await(httpd.uri("victim", "/?pid"), 200);
        others = httpd.processes().stream().filter(p -> !p.equals(self)).toList();
    }

    private static void hide(Path file) throws IOException {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }

    @AfterAll
    static void stop() {
        if (httpd != null) {
            httpd.close();
        }
    }

    @AfterEach
    void nobodyHasNoticed() {
        assertThat(httpd.awaitReady("victim", 2)).isEqualTo(victims);
        assertThat(Http.get(httpd.uri("victim", "/?pid")).statusCode()).isEqualTo(200);
        assertThat(others).allMatch(Proc::isAlive);
    }

    /** What came of each try, in lines. */
    private static List<String> attempt(Stream<String> tries) {
        HttpResponse<String> response =
                Http.post(httpd.uri("hostile", "/"), BodyPublishers.ofString(String.join("\n", tries.toList())));
        assertThat(response.statusCode()).isEqualTo(200);
        return response.body().lines().toList();
    }

    private static void checkDenied(Stream<String> tries) {
        assertThat(attempt(tries))
                .isNotEmpty()
                .allSatisfy(line -> assertThat(line).contains(" => denied: "));
    }

    /** Else the others would prove nothing. */
    @Test
    void shouldDoWhatIsItsOwn() {
        assertThat(attempt(Stream.of(
                        "read /proc/self/environ",
                        "list /proc/self/fd",
                        "link /proc/self/cwd",
                        "append /proc/self/comm",
                        "create " + httpd.work() + "/its-own",
                        "delete " + httpd.work() + "/its-own",
                        "run kill -0 " + self.pid(),
                        "run id -u")))
                .allMatch(line -> line.contains(" => got: "));
    }

    @Test
    void shouldSignalNobody() {
        checkDenied(others.stream()
                .flatMap(other -> Stream.of("-0", "-9", "-STOP", "-QUIT", "-TERM")
                        .flatMap(signal -> Stream.of(
                                "run kill " + signal + " " + other.pid(), "run kill " + signal + " -" + other.pid()))
                        .filter(command -> !command.contains(" -" + other.pid()) || leadsItsGroup(other))));
    }

    private static boolean leadsItsGroup(Proc process) {
        return Command.succeed("ps", "-o", "pgid=", "-p", "" + process.pid())
                .trim()
                .equals("" + process.pid());
    }

    @Test
    void shouldSeeNothingOfOtherProcesses() {
        checkDenied(others.stream().flatMap(HostileApplicationTest::secretsOf));
    }

    private static Stream<String> secretsOf(Proc process) {
        String folder = "/proc/" + process.pid() + "/";
        List<String> tries = new ArrayList<>();
        // mem is what ptrace would give: the kernel asks for the same permission
        for (String file : List.of("mem", "maps", "environ", "auxv", "syscall", "stack", "io")) {
            tries.add("read " + folder + file);
        }
        for (String file : List.of("mem", "comm", "oom_score_adj", "coredump_filter", "clear_refs")) {
            tries.add("append " + folder + file);
        }
        for (String link : List.of("exe", "cwd", "root", "ns/mnt")) {
            tries.add("link " + folder + link);
        }
        for (String list : List.of("cwd/", "root/", "fd", "map_files")) {
            tries.add("list " + folder + list);
        }
        for (int descriptor : process.descriptors().keySet()) {
            tries.add("read " + folder + "fd/" + descriptor);
            tries.add("append " + folder + "fd/" + descriptor);
        }
        return tries.stream();
    }

    @Test
    void shouldChangeNothingOfOtherProcesses() {
        checkDenied(others.stream()
                .flatMap(other -> Stream.of(
                        "run renice -n 19 -p " + other.pid(),
                        "run taskset -p 1 " + other.pid(),
                        "run prlimit --pid " + other.pid() + " --nofile=10:10")));
    }

    @Test
    void shouldReachNoDaemonButByHttpd() {
        assertThat(httpd.sockets()).hasSize(3);
        checkDenied(httpd.sockets().stream()
                .flatMap(socket -> Stream.of(
                        "connect " + socket,
                        "delete " + socket,
                        "run chmod 666 " + socket,
                        "run chown $USER " + socket)));
    }

    @Test
    void shouldSteerNoPoolButItsOwn() {
        String control = runtimeFolder().resolve("control").toString();

        checkDenied(
                Stream.of("status", "restart", "roll", "dump").map(verb -> "ask " + control + " " + verb + " victim"));
        checkDenied(victims.stream().map(victim -> "ask " + control + " dump hostile " + victim.pid()));
        checkDenied(Stream.of("delete " + control, "run mv " + control + " " + control + ".old"));
        assertThat(attempt(Stream.of("ask " + control + " status")))
                .singleElement(STRING)
                .contains(" => got: ok", "\"hostile\"")
                .doesNotContain("victim");
    }

    private static Path runtimeFolder() {
        return httpd.awaitSocket().getParent();
    }

    @Test
    void shouldEnterNoStateFolderButItsOwn() {
        Path state = httpd.dir().resolve("run/state");
        assertThat(state.resolve("victim")).isDirectory();

        checkDenied(Stream.of(
                "list " + state,
                "create " + state + "/file",
                "list " + state + "/victim",
                "create " + state + "/victim/file",
                "run mv " + state + "/victim " + state + "/hostile/victim",
                "run mv " + state + "/hostile " + state + "/other",
                "run rmdir " + state + "/victim"));
        assertThat(attempt(Stream.of(
                        "create " + state + "/hostile/file",
                        "list " + state + "/hostile",
                        "delete " + state + "/hostile/file")))
                .allMatch(line -> line.contains(" => got: "));
    }

    @Test
    void shouldNotEnterFoldersOfMod_jvm() throws IOException {
        Path folder = runtimeFolder();

        checkDenied(Stream.of(
                "list " + folder,
                "create " + folder + "/victim.0.1.sock",
                "create " + folder + "/file",
                "run mkdir " + folder + "/folder",
                "run ln -s /etc " + folder + "/link",
                "run mv " + folder + " " + folder + ".old",
                "create " + Prefix.jars() + "/more.jar",
                "append " + Prefix.jars().resolve("modjvm-host.jar"),
                "append " + Prefix.launcher()));
    }

    @Test
    void shouldReadNeitherLogsNorConfiguration() {
        checkDenied(Stream.of("main.log", "hostile.log", "victim.log", "httpd.conf")
                .map(httpd.dir()::resolve)
                .flatMap(file -> Stream.of("read " + file, "append " + file, "delete " + file)));
    }

    @Test
    void shouldBecomeNobodyElse() throws IOException {
        Path id = httpd.dir().resolve("id");
        Files.copy(Path.of("/usr/bin/id"), id);
        Command.succeed("chmod", "4755", id.toString());

        checkDenied(Stream.of(
                "run setpriv --reuid 0 id",
                "run setpriv --reuid " + Users.uid(Users.second()) + " id",
                "run setpriv --regid 0 --keep-groups id",
                "run setpriv --groups 0 id",
                "run mount -t tmpfs none /mnt",
                "run /usr/sbin/chroot / id",
                "append /etc/passwd",
                "read /etc/shadow"));
        assertThat(attempt(Stream.of("run " + id + " -u")))
                .containsExactly("run " + id + " -u => got: " + Users.uid(Users.first()));
    }

    @Test
    void shouldRaiseNoLimit() {
        checkDenied(Stream.of(
                "run ulimit -H -n $(($(ulimit -H -n) + 1))",
                "run renice -n -5 -p " + self.pid(),
                "run choom -n -1000 -p " + self.pid(),
                "run chrt -f 1 true"));
    }

    /**
     * Nothing of httpd's, of the supervisor's or of another daemon's is open in it, nor the board.
     */
    @Test
    void shouldHaveInheritedNothing() {
        List<String> sockets = others.stream()
                .flatMap(other -> other.descriptors().values().stream())
                .filter(target -> target.startsWith("socket:"))
                .toList();

        assertThat(self.sharedMemory()).isEmpty();
        assertThat(self.descriptors().values())
                .allMatch(target -> target.matches(
                        "/dev/(null|u?random)|/proc/\\d+/mountinfo|(pipe|socket|anon_inode):.*|/usr/lib/jvm/.*|"
                                + Prefix.jars() + "/[^/]+\\.jar"))
                .doesNotContainAnyElementsOf(sockets);
    }
}

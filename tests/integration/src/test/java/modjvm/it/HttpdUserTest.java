package modjvm.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import modjvm.it.harness.Await;
import modjvm.it.harness.Board;
import modjvm.it.harness.Cgi;
import modjvm.it.harness.Command;
import modjvm.it.harness.Folders;
import modjvm.it.harness.Holder;
import modjvm.it.harness.Http;
import modjvm.it.harness.Httpd;
import modjvm.it.harness.Intruder;
import modjvm.it.harness.Proc;
import modjvm.it.harness.Users;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A process of httpd's user that is not httpd, such as a CGI program, connects to a pool's socket.
 */
@RequiresRoot
class HttpdUserTest {
    private static final String HTTPD_USER = "www-data";
    private static final String VERSION = "2";
    private static final String ZEROS = "00".repeat(16);

    @AutoClose
    private static Httpd httpd;

    private static Path own;

    @BeforeAll
    static void start() throws Exception {
        httpd = Httpd.with()
                .module("cgid")
                .main(Cgi.SOCKET)
                .host("shop", "JVMDaemonProcess shop ${AS1}\nJVMAlias / ${APPS}/Facts.java")
                .host("cgi", "ScriptAlias / ${WORK}/\n<Directory ${WORK}>\nRequire all granted\n</Directory>")
                .start();
        httpd.expect("a connection of pid [0-9]+ is rejected");
        httpd.expect("pool shop pid [0-9]+ ended: signal 9");
        httpd.expect("Facts.java: refused: ");
        own = Folders.write(Folders.temporary().resolve("Own.java"), """
                import modjvm.*;
                public class Own {
                    static final Application application = r -> Response.text("ran as " + System.getProperty("user.name"));
                }
                """);
        Command.succeed("chown", "-R", HTTPD_USER, own.getParent().toString());
    }

    private static String intrude(String key, Path target) {
        return Intruder.run(HTTPD_USER, socket(), VERSION, key, target.toString(), "application", "g");
    }

    private static Path socket() {
        Await.until("one socket", Await.LONG, () -> httpd.sockets().size() == 1);
        return httpd.awaitSocket();
    }

    private static List<String> strangers() {
        return httpd.log("shop").lines("is rejected");
    }

    private static Proc daemon() {
        return httpd.awaitReady("shop", 1).get(0);
    }

    @Test
    void shouldNotBeHeardWithoutTheKey() {
        Path configured = httpd.apps().resolve("Facts.java");

        for (String key : List.of("", "00".repeat(15), ZEROS, "ff".repeat(16), "00".repeat(17))) {
            assertThat(intrude(key, own)).startsWith("closed");
            assertThat(intrude(key, configured)).startsWith("closed");
        }
        // as it was before there were keys
        assertThat(Intruder.run(HTTPD_USER, socket(), "1", "", own.toString(), "application", "g"))
                .startsWith("closed");
        assertThat(Http.get(httpd.uri("shop", "/?pid")).statusCode()).isEqualTo(200);
        Await.until("a line about it", Await.LONG, () -> !strangers().isEmpty());
        assertThat(strangers().size())
                .isLessThan(5); // of eleven: one a minute, and more than one daemon in these tests
    }

    @Test
    void shouldNotBeHeardWithTheKeyOfTheDaemonBefore() {
        Proc first = daemon();
        String key = Board.key(httpd.parent(), first);
        // heard, though this is no definition of the pool
        assertThat(intrude(key, httpd.apps().resolve("Facts.java"))).startsWith("failed 404");

        first.signal("KILL");
        Await.until(
                "another daemon",
                Await.LONG,
                () -> httpd.daemons("shop").stream().anyMatch(now -> now.pid() != first.pid()));
        Proc second = daemon();

        assertThat(Board.key(httpd.parent(), second)).isNotEqualTo(key).isNotEqualTo(ZEROS);
        assertThat(intrude(key, httpd.apps().resolve("Facts.java"))).startsWith("closed");
    }

    /** Each such connection takes a thread of the daemon. */
    @ParameterizedTest
    @ValueSource(strings = {"silent", "half", "drip"})
    void shouldNotHoldConnections(String mode) throws Exception {
        Proc daemon = daemon();
        int before = threads(daemon);
        CompletableFuture<String> holder =
                CompletableFuture.supplyAsync(() -> Holder.run(HTTPD_USER, socket(), 500, mode));
        int most = 0;
        int served = 0;
        while (!holder.isDone()) {
            assertThat(Http.get(httpd.uri("shop", "/?pid")).statusCode()).isEqualTo(200);
            most = Math.max(most, threads(daemon));
            served++;
        }
        assertThat(holder.get()).isEqualTo("closed");
        assertThat(served).isPositive();
        // 25 permits of the pool, 64 to spare, and those that are just ending; not 500
        assertThat(most - before).isBetween(1, 25 + 64 + 100);
        assertThat(daemon().pid()).isEqualTo(daemon.pid());
    }

    private static int threads(Proc process) {
        return Integer.parseInt(process.status().get("Threads"));
    }

    @Test
    void shouldNotFindTheKey() throws Exception {
        String key = Board.key(httpd.parent(), daemon());

        for (Proc each : httpd.processes()) {
            assertThat(each.arguments().toString()).doesNotContain(key);
            assertThat(each.environment().toString()).doesNotContain(key);
        }
        // httpd's children have changed their user, so nobody else of that user may look into them
        for (Proc child : httpd.children()) {
            Command look = Command.run(
                    "setpriv",
                    "--reuid",
                    HTTPD_USER,
                    "--clear-groups",
                    "sh",
                    "-c",
                    "ls -l /proc/" + child.pid() + "/fd/ && cat /proc/" + child.pid() + "/maps");
            assertThat(look.exitCode()).isNotZero();
            assertThat(look.output()).contains("Permission denied");
        }
    }

    private static String runCgi(String name, String text) {
        Cgi.script(httpd.work().resolve(name), "printf 'Content-Type: text/plain\\n\\n'\n" + text + "\n");
        return Http.await(httpd.uri("cgi", "/" + name), 200).body();
    }

    /**
     * It finds the pool's socket as any process can, and names a source of its own, and one of the
     * pool's.
     */
    @Test
    void shouldNotHearACgiProgram() {
        daemon();
        for (Path target : List.of(own, httpd.apps().resolve("Facts.java"))) {
            String answer = runCgi(
                    "attack", """
                    socket=$(grep -o '%s/.*/shop[.][0-9]*[.][0-9]*[.]sock' /proc/net/unix | head -n 1)
                    echo "user $(id -u) socket $socket"
                    %s "$socket" %s %s %s application g
                    """.formatted(httpd.dir(), String.join(" ", Intruder.command()), VERSION, ZEROS, target));
            assertThat(answer).startsWith("user " + Users.uid(HTTPD_USER) + " socket /");
            assertThat(answer.lines().skip(1)).singleElement().asString().startsWith("closed");
        }
    }

    /** httpd's children, mod_cgid's process among them, cannot be read by what they run. */
    @Test
    void shouldNotBeReadByACgiProgram() {
        String ofHttpd = httpd.processes().stream()
                .filter(process -> process.program().endsWith("/apache2"))
                .map(process -> "/proc/" + process.pid())
                .collect(Collectors.joining(" "));
        String answer = runCgi("look", """
                for file in maps environ mem; do
                    head -c 1 /proc/self/$file >/dev/null 2>&1 && echo "own $file"
                    for process in %s; do
                        ls $process/fd/ >/dev/null 2>&1 && echo "$process/fd"
                        head -c 1 $process/$file >/dev/null 2>&1 && echo "$process/$file"
                    done
                done""".formatted(ofHttpd));
        assertThat(answer.lines()).contains("own maps").allMatch(line -> line.startsWith("own "));
    }
}

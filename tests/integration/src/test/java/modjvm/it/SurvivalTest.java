package modjvm.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import modjvm.it.harness.Await;
import modjvm.it.harness.Command;
import modjvm.it.harness.Folders;
import modjvm.it.harness.Http;
import modjvm.it.harness.Httpd;
import modjvm.it.harness.Prefix;
import modjvm.it.harness.Proc;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Whatever is wrong with the machine when httpd reads its configuration again, httpd lives, says
 * what it is, and mends itself when it can.
 */
class SurvivalTest {
    private static final String SITE = "JVMDaemonProcess site ${AS1}\nJVMAlias / ${APPS}/Facts.java\n";
    private static final String PLAIN =
            "Alias /plain ${APPS}/Hello.java\n<Location /plain>\nRequire all granted\n</Location>\n";

    private static Path prefix;

    @BeforeAll
    static void copyPrefix() {
        prefix = Folders.temporary().resolve("prefix");
        Command.succeed("cp", "-R", Prefix.root().toString(), prefix.toString());
    }

    private static Path installed(Path file) {
        return prefix.resolve(Prefix.root().relativize(file));
    }

    /** Has httpd read its configuration again as logrotate does: without a look at it first. */
    private static void reload(Httpd httpd, String signal) {
        long before = httpd.log().lines("resuming normal operations").size();
        httpd.parent().signal(signal);
        Await.until(
                "httpd resumes after " + signal,
                Await.LONG,
                () -> httpd.log().lines("resuming normal operations").size() > before);
        assertThat(Http.await(httpd.uri("plain", "/plain"), 200).body()).contains("Hello");
    }

    private static void with(String site, Consumer<Httpd> test) {
        try (Httpd httpd = Httpd.with()
                .jvmModule(installed(Prefix.module()))
                .host("site", site)
                .host("plain", PLAIN)
                .write()) {
            httpd.expect("MJ00(04|05|07|10|11|14|16|32|34|61|63): ");
            httpd.expect("MJ01(25|04|13): |supervisor");
            httpd.start();
            if (!site.isEmpty()) {
                Http.await(httpd.uri("site", "/?pid"), 200);
            }
            test.accept(httpd);
        }
    }

    private static void withoutSupervisorProgram(Runnable action) {
        Path program = installed(Prefix.supervisor());
        Path away = program.resolveSibling("away");
        try {
            Files.move(program, away);
            try {
                action.run();
            } finally {
                Files.move(away, program);
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void shouldGoOnWithTheFormerSupervisorWhereNoOtherCanBeStarted() {
        with(SITE, httpd -> {
            Proc former = httpd.supervisor().orElseThrow();
            withoutSupervisorProgram(() -> {
                httpd.rewriteMain("JVMMinimumUID 150");
                reload(httpd, "USR1");
                assertThat(httpd.log().lines("MJ0063: .*jvm-supervisor: No such file"))
                        .hasSize(1);
                assertThat(Http.get(httpd.uri("site", "/?pid")).statusCode()).isEqualTo(200);
                assertThat(former.isAlive()).isTrue();
            });
            reload(httpd, "USR1");
            Await.until("the former supervisor ends", Await.LONG, () -> !former.isAlive());
            assertThat(Http.await(httpd.uri("site", "/?pid"), 200).body()).isNotEmpty();
        });
    }

    @Test
    void shouldTryAgainWhereNoneCanBeStarted() {
        with(SITE, httpd -> {
            withoutSupervisorProgram(() -> {
                reload(httpd, "HUP"); // which ends the supervisor
                assertThat(httpd.log().lines("MJ0011: .*jvm-supervisor: No such file"))
                        .hasSize(1);
                httpd.log().await("MJ0014: .*jvm-supervisor: No such file");
                assertThat(Http.await(httpd.uri("site", "/?pid"), 503).headers().firstValue("Retry-After"))
                        .isPresent();
                reload(httpd, "USR1");
            });
            assertThat(Http.await(httpd.uri("site", "/?pid"), 200).body()).isNotEmpty();
        });
    }

    /** The first pool comes with a graceful restart, and it cannot be had. */
    @Test
    void shouldSurviveItsFirstPool() {
        with("", httpd -> {
            withoutSupervisorProgram(() -> {
                httpd.rewriteHost("site", SITE);
                reload(httpd, "USR1");
                assertThat(httpd.log().lines("MJ0011: ")).hasSize(1);
            });
            assertThat(Http.await(httpd.uri("site", "/?pid"), 200).body()).isNotEmpty();
        });
    }

    private static Path runtimeDir(Httpd httpd) {
        return httpd.dir().resolve("run/jvm");
    }

    @Test
    void shouldSurviveARuntimeDirThatCannotBeMade() {
        with(SITE.replace("JVMAlias", "JVMAlias"), httpd -> {
            httpd.rewriteMain("JVMRuntimeDir " + runtimeDir(httpd) + "\n");
            Folders.write(runtimeDir(httpd), "a file");
            reload(httpd, "USR1");
            assertThat(httpd.log().lines("MJ0011: JVMRuntimeDir: .*is not a folder"))
                    .hasSize(1);
            assertThat(Http.get(httpd.uri("site", "/?pid")).statusCode()).isEqualTo(200);

            reload(httpd, "HUP"); // no supervisor is left
            Http.await(httpd.uri("site", "/?pid"), 503);
            Folders.remove(runtimeDir(httpd));
            assertThat(Http.await(httpd.uri("site", "/?pid"), 200).body()).isNotEmpty();
            assertThat(runtimeDir(httpd).resolve("control")).exists();
        });
    }

    /** As cleaners of /run and /tmp do. */
    @Test
    void shouldMakeARuntimeDirThatWasRemovedAgain() {
        with(SITE, httpd -> {
            httpd.rewriteMain("JVMRuntimeDir " + runtimeDir(httpd) + "\n");
            httpd.graceful();
            Http.await(httpd.uri("site", "/?pid"), 200);
            Await.until(
                    "the socket for modjvm",
                    Await.LONG,
                    () -> Files.exists(runtimeDir(httpd).resolve("control")));
            List<Proc> before = httpd.daemons("site");

            Folders.remove(runtimeDir(httpd));
            assertThat(Http.await(httpd.uri("site", "/?pid"), 200).body()).isNotEmpty();

            httpd.log().await("MJ0124: the runtime directory .* was removed, and has been made again");
            httpd.log().await("MJ0126: the socket .* was removed, and has been made again");
            Await.until(
                    "another daemon",
                    Await.LONG,
                    () -> httpd.daemons("site").stream().noneMatch(before::contains));
            httpd.graceful();
            assertThat(Http.await(httpd.uri("site", "/?pid"), 200).body()).isNotEmpty();
            assertThat(httpd.log().lines("MJ0124: ")).hasSize(1);
            assertThat(httpd.log().lines("MJ00(10|12|61): ")).isEmpty();
            assertThat(runtimeDir(httpd).resolve("control")).exists();
        });
    }
}

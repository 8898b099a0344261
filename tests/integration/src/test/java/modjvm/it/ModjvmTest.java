package modjvm.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import modjvm.it.harness.Await;
import modjvm.it.harness.Command;
import modjvm.it.harness.Folders;
import modjvm.it.harness.Http;
import modjvm.it.harness.Httpd;
import modjvm.it.harness.Load;
import modjvm.it.harness.Prefix;
import modjvm.it.harness.Proc;
import modjvm.it.harness.Users;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The command modjvm against a running httpd. */
class ModjvmTest {
    private Httpd httpd;

    @BeforeEach
    void start() {
        httpd = Httpd.with()
                .ownApplications()
                .host("shop", "JVMDaemonProcess shop ${AS1} processes=2\nJVMAlias / ${APPS}/Gate.java")
                .host("blog", "JVMDaemonProcess blog ${AS2}\nJVMAlias / ${APPS}/Gate.java")
                .start();
        httpd.awaitReady("shop", 2);
        httpd.awaitReady("blog", 1);
    }

    @AfterEach
    void stop() {
        httpd.close();
    }

    private Path runtimeDir() {
        try (Stream<Path> folders = Files.list(httpd.dir().resolve("run"))) {
            return folders.filter(folder -> folder.getFileName().toString().startsWith("jvm-"))
                    .findFirst()
                    .orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Command modjvm(String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                Prefix.root().resolve("bin/modjvm").toString(),
                "--runtime-dir",
                runtimeDir().toString()));
        command.addAll(List.of(arguments));
        return Command.run(command);
    }

    private Command modjvmAs(String user, String... arguments) {
        List<String> command = new ArrayList<>(
                List.of("setpriv", "--reuid", user, "--regid", Integer.toString(Users.gid(user)), "--clear-groups"));
        command.addAll(List.of(
                Prefix.root().resolve("bin/modjvm").toString(),
                "--runtime-dir",
                runtimeDir().toString()));
        command.addAll(List.of(arguments));
        return Command.run(command);
    }

    private static String succeeded(Command command) {
        assertThat(command.exitCode()).as(command.output()).isZero();
        return command.output();
    }

    @Test
    void shouldShowThePools() {
        Http.await(httpd.uri("blog", "/?pid"), 200);
        String shown = succeeded(modjvm("status"));

        assertThat(shown).containsPattern("(?m)^shop: ready, generation 1, user " + Users.first() + "$");
        assertThat(shown).containsPattern("(?m)^blog: ready, generation 1, user " + Users.second() + "$");
        for (Proc daemon : httpd.daemons()) {
            assertThat(shown).containsPattern("(?m)^ +" + daemon.pid() + "  ready +\\d  1 +\\d+s +\\d+ +\\d+$");
        }
        assertThat(succeeded(modjvm("status", "blog"))).doesNotContain("shop");
        int blog = httpd.daemons("blog").get(0).pid();
        assertThat(succeeded(modjvm("status", "blog", "--json")))
                .startsWith("{\"supervisor\":{\"pid\":"
                        + httpd.supervisor().orElseThrow().pid() + "},\"pools\":[")
                .contains("{\"pid\":" + blog + ",\"slot\":0,\"state\":\"ready\",\"generation\":1,")
                .contains("\"served\":1,\"inFlight\":0");
    }

    @Test
    void shouldShowRequestsInFlight() {
        Path go = httpd.work().resolve("go");
        var pending = Http.start(httpd.uri("blog", "/?until=" + go));
        Await.until("the request is inside", Await.LONG, () -> Files.exists(Path.of(go + ".inside")));

        assertThat(succeeded(modjvm("status", "blog", "--json"))).contains("\"inFlight\":1");

        Folders.write(go, "");
        assertThat(pending.join().statusCode()).isEqualTo(200);
    }

    @Test
    void shouldRestartAPoolWithoutAFailedRequest() {
        List<Proc> before = httpd.daemons("shop");
        List<Proc> others = httpd.daemons("blog");

        try (Load load = new Load(httpd.port("shop"), "/?hold=5", 4)) {
            load.awaitMore(20);
            assertThat(succeeded(modjvm("restart", "shop"))).contains("generation 2 serves");
            assertThat(httpd.daemons("shop").stream().filter(daemon -> !before.contains(daemon)))
                    .hasSize(2);
            Await.until(
                    "daemons of before end", Await.LONG, () -> before.stream().noneMatch(Proc::isAlive));
            load.awaitMore(20);
            Map<String, Integer> outcomes = load.stop();

            assertThat(outcomes).containsOnlyKeys("200");
        }
        assertThat(httpd.daemons("blog")).isEqualTo(others);
    }

    @Test
    void shouldRestartAPoolAndNotWait() {
        List<Proc> before = httpd.daemons("blog");

        assertThat(succeeded(modjvm("restart", "--no-wait", "blog"))).contains("generation 2 starts");

        Await.until("daemons of before end", Await.LONG, () -> before.stream().noneMatch(Proc::isAlive));
        httpd.awaitReady("blog", 1);
    }

    @Test
    void shouldDrainAPoolUntilARequestComes() {
        Path go = httpd.work().resolve("go");
        var pending = Http.start(httpd.uri("blog", "/?until=" + go));
        Await.until("the request is inside", Await.LONG, () -> Files.exists(Path.of(go + ".inside")));
        Proc before = httpd.daemons("blog").get(0);

        var drain = CompletableFuture.supplyAsync(() -> modjvm("drain", "blog"));
        Await.until(
                "it drains", Await.LONG, () -> modjvm("status", "blog").output().contains("draining"));
        assertThat(pending).isNotDone();
        Folders.write(go, "");

        assertThat(succeeded(drain.join())).contains("its processes have ended");
        assertThat(pending.join().statusCode()).isEqualTo(200);
        assertThat(before.isAlive()).isFalse();
        assertThat(httpd.daemons("blog")).isEmpty();
        assertThat(succeeded(modjvm("status", "blog"))).startsWith("blog: idle");
        assertThat(Http.get(httpd.uri("blog", "/?pid")).statusCode()).isEqualTo(200);
        assertThat(succeeded(modjvm("status", "blog"))).startsWith("blog: ready");
    }

    @Test
    void shouldSayWhyANewGenerationDoesNotServe() {
        httpd.expect("Gate|worked before and now fails to load|the old one goes on");
        List<Proc> before = httpd.daemons("blog");
        Folders.write(httpd.apps().resolve("Gate.java"), "broken");

        Command refused = modjvm("restart", "blog");

        assertThat(refused.exitCode()).isEqualTo(1);
        assertThat(refused.output()).contains("Gate.java worked before and now fails to load");
        assertThat(httpd.daemons("blog")).containsAll(before);
        assertThat(Http.get(httpd.uri("blog", "/?pid")).statusCode()).isEqualTo(200);
    }

    @Test
    void shouldPrintTheStacksOfThreads() {
        Path go = httpd.work().resolve("go");
        var pending = Http.start(httpd.uri("blog", "/?until=" + go));
        Await.until("the request is inside", Await.LONG, () -> Files.exists(Path.of(go + ".inside")));
        Proc blog = httpd.daemons("blog").get(0);

        String dump = succeeded(modjvm("dump", "blog"));

        assertThat(dump).startsWith("pid " + blog.pid() + ":\n");
        assertThat(dump).contains("Full thread dump", "at Gate.await(Gate.java:", "JNI global refs", "Heap\n");
        httpd.log("blog").await("\\[pid " + blog.pid() + "\\] \\[pool blog\\] .*at Gate\\.await\\(Gate\\.java");
        assertThat(succeeded(modjvm("dump", "shop")).lines().filter(line -> line.startsWith("Full thread dump")))
                .hasSize(2);
        int one = httpd.daemons("shop").get(1).pid();
        assertThat(succeeded(modjvm("dump", "shop", Integer.toString(one)))).startsWith("pid " + one + ":\n");
        Folders.write(go, "");
        assertThat(pending.join().statusCode()).isEqualTo(200);
        assertThat(blog.isAlive()).isTrue();
    }

    @Test
    void shouldSayWhyNot() {
        Command unknown = modjvm("restart", "nowhere");
        assertThat(unknown.exitCode()).isEqualTo(1);
        assertThat(unknown.output()).isEqualTo("modjvm: there is no pool 'nowhere'\n");
        assertThat(modjvm("dump", "shop", "1").exitCode()).isEqualTo(1);
        assertThat(modjvm("restart").exitCode()).isEqualTo(2);
    }

    @Test
    @RequiresRoot
    void shouldLetThePoolsUserSteerItsOwnPoolAlone() {
        List<Proc> shop = httpd.daemons("shop");
        List<Proc> blog = httpd.daemons("blog");

        assertThat(succeeded(modjvmAs(Users.first(), "status")))
                .contains("shop: ready")
                .doesNotContain("blog");
        assertThat(succeeded(modjvmAs(Users.first(), "restart", "shop"))).contains("generation 2 serves");
        for (String verb : List.of("status", "restart", "dump")) {
            Command refused = modjvmAs(Users.first(), verb, "blog");
            assertThat(refused.exitCode()).isEqualTo(1);
            assertThat(refused.output()).startsWith("modjvm: permission denied");
        }
        Command stranger = modjvmAs("www-data", "status");
        assertThat(stranger.exitCode()).isEqualTo(1);
        assertThat(stranger.output()).startsWith("modjvm: permission denied");

        Await.until("daemons of before end", Await.LONG, () -> shop.stream().noneMatch(Proc::isAlive));
        assertThat(httpd.daemons("blog")).isEqualTo(blog);
        assertThat(httpd.log("blog").lines("Full thread dump")).isEmpty();
    }

    @Test
    void shouldReachTheSupervisorAfterAGracefulRestart() {
        httpd.graceful();
        assertThat(succeeded(modjvm("status"))).contains("shop: ready, generation 1");

        Path control = runtimeDir().resolve("control");
        assertThat(control).exists();
        httpd.stop();
        assertThat(control).doesNotExist();
        assertThat(modjvm("status").output()).contains("does Apache run?");
    }
}

package modjvm.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import modjvm.it.harness.Await;
import modjvm.it.harness.Folders;
import modjvm.it.harness.Http;
import modjvm.it.harness.Httpd;
import modjvm.it.harness.Load;
import modjvm.it.harness.Proc;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What is left of daemons and sockets after a stop, a restart, a kill: nothing. What a graceful
 * touches: nothing that is unchanged.
 */
class EndOfLifeTest {
    private static final String SITE = """
            JVMDaemonProcess site ${AS1} processes=2
            JVMAlias / ${APPS}/Facts.java
            JVMAlias /gate ${APPS}/Gate.java
            """;

    private Httpd httpd;

    @BeforeEach
    void start() {
        httpd = Httpd.with().host("site", SITE).start();
        httpd.awaitDaemons("site", 2);
        Http.await(httpd.uri("site", "/x"), 200);
    }

    @AfterEach
    void close() {
        httpd.close();
    }

    @Test
    void shouldLeaveNothingAfterStop() {
        List<Proc> before = httpd.processes();
        assertThat(httpd.sockets()).hasSize(2);

        httpd.stop();

        // httpd's parent waits for the supervisor: nothing is left as soon as it has ended
        assertThat(before).noneMatch(Proc::isAlive);
        assertThat(httpd.sockets()).isEmpty();
    }

    @Test
    void shouldLeaveNothingOfBeforeAfterRestart() {
        List<Proc> daemons = httpd.daemons();
        List<Path> sockets = httpd.sockets();

        httpd.restart();

        Http.await(httpd.uri("site", "/x"), 200);
        Await.until("daemons of before end", Await.LONG, () -> daemons.stream().noneMatch(Proc::isAlive));
        Await.until(
                "sockets of before go",
                Await.LONG,
                () -> httpd.sockets().stream().noneMatch(sockets::contains));
        assertThat(httpd.awaitDaemons("site", 2)).doesNotContainAnyElementsOf(daemons);
    }

    @Test
    void shouldLeaveNothingAfterTheParentWasKilled() {
        List<Proc> daemons = httpd.daemons();
        Proc supervisor = httpd.supervisor().orElseThrow();
        List<Proc> others = httpd.processes().stream()
                .filter(p -> !daemons.contains(p) && !p.equals(supervisor))
                .toList();

        httpd.parent().signal("KILL");

        Await.until("the supervisor ends", Await.LONG, () -> !supervisor.isAlive());
        httpd.awaitNothingLeft(daemons);
        // httpd's own children notice nothing: they are httpd's business, and are ended here
        others.forEach(p -> p.signal("KILL"));
        Await.until("httpd's children end", Await.LONG, () -> others.stream().noneMatch(Proc::isAlive));
    }

    @Test
    void shouldKeepUnchangedPoolsThroughTenGracefulsUnderLoad() {
        List<Proc> daemons = httpd.daemons();
        Proc supervisor = httpd.supervisor().orElseThrow();

        try (Load load = new Load(httpd.port("site"), "/x", 4)) {
            for (int i = 0; i < 10; i++) {
                load.awaitMore(20);
                httpd.graceful();
            }
            load.awaitMore(20);
            Map<String, Integer> outcomes = load.stop();

            assertThat(outcomes).containsOnlyKeys("200");
        }
        assertThat(httpd.daemons()).containsExactlyInAnyOrderElementsOf(daemons);
        assertThat(httpd.supervisor()).contains(supervisor);
    }

    @Test
    void shouldRollAChangedPoolWithoutFailing() {
        List<Proc> daemons = httpd.daemons();

        try (Load load = new Load(httpd.port("site"), "/x", 4)) {
            load.awaitMore(20);
            httpd.rewriteHost("site", SITE.replace("processes=2", "processes=2 env=NEW=1"));
            httpd.graceful();
            Await.until(
                    "the new settings serve",
                    Await.LONG,
                    () -> Http.get(httpd.uri("site", "/?variable=NEW")).body().equals("1"));
            Await.until(
                    "daemons of before end", Await.LONG, () -> daemons.stream().noneMatch(Proc::isAlive));
            load.awaitMore(20);

            assertThat(load.stop()).containsOnlyKeys("200");
        }
        assertThat(httpd.awaitDaemons("site", 2)).doesNotContainAnyElementsOf(daemons);
    }

    @Test
    void shouldLetARequestInFlightEndWhenItsPoolRolls() {
        Path go = httpd.work().resolve("go");
        var pending = Http.start(httpd.uri("site", "/gate?until=" + go));
        Await.until("the request is inside", Await.LONG, () -> Files.exists(Path.of(go + ".inside")));
        List<Proc> daemons = httpd.daemons();

        httpd.rewriteHost("site", SITE.replace("processes=2", "processes=2 env=NEW=1"));
        httpd.graceful();
        Await.until(
                "the new settings serve",
                Await.LONG,
                () -> Http.get(httpd.uri("site", "/?variable=NEW")).body().equals("1"));
        assertThat(pending).isNotDone();
        Folders.write(go, "");

        assertThat(pending.join().statusCode()).isEqualTo(200);
        Await.until("daemons of before end", Await.LONG, () -> daemons.stream().noneMatch(Proc::isAlive));
    }

    @Test
    void shouldDrainAPoolThatIsNoLongerConfigured() {
        List<Proc> daemons = httpd.daemons();

        httpd.rewriteHost("site", "");
        httpd.graceful();

        Await.until("daemons of before end", Await.LONG, () -> daemons.stream().noneMatch(Proc::isAlive));
        Await.until("sockets go", Await.LONG, () -> httpd.sockets().isEmpty());
        assertThat(Http.get(httpd.uri("site", "/x")).statusCode()).isEqualTo(404);

        httpd.rewriteHost("site", SITE);
        httpd.graceful();
        assertThat(Http.await(httpd.uri("site", "/x"), 200).body()).startsWith("[][/x]");
    }

    @Test
    void shouldStopWhileRequestsAreInside() {
        Path never = httpd.work().resolve("never");
        var pending = Http.start(httpd.uri("site", "/gate?until=" + never));
        Await.until("the request is inside", Await.LONG, () -> Files.exists(Path.of(never + ".inside")));
        List<Proc> before = httpd.processes();
        httpd.expect("MJ\\d+|ended: ");

        httpd.stop();

        httpd.awaitNothingLeft(before);
        Await.until("the client is told", Await.LONG, pending::isDone);
    }
}

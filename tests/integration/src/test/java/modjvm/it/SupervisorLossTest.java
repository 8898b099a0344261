package modjvm.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import modjvm.it.harness.Await;
import modjvm.it.harness.Http;
import modjvm.it.harness.Httpd;
import modjvm.it.harness.Load;
import modjvm.it.harness.Proc;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The supervisor itself is killed: it takes its daemons with it, and httpd starts another. */
class SupervisorLossTest {
    private static final int CLIENTS = 4;

    /** httpd looks after its children every second, and then JVMs have to start. */
    private static final Duration SOON = Duration.ofSeconds(8);

    @Test
    void shouldTakeItsDaemonsWithItAndBeReplaced() {
        try (Httpd httpd = Httpd.with().host("site", """
                JVMDaemonProcess site ${AS1} processes=2
                JVMAlias / ${APPS}/Facts.java
                """).start()) {
            httpd.expect("supervisor");
            List<Proc> daemons = httpd.awaitDaemons("site", 2);
            Http.await(httpd.uri("site", "/?pid"), 200);
            Proc supervisor = httpd.supervisor().orElseThrow();

            supervisor.signal("KILL");

            Await.until(
                    "daemons end with their supervisor",
                    Await.LONG,
                    () -> daemons.stream().noneMatch(Proc::isAlive));
            Await.until(
                    "another supervisor",
                    Await.LONG,
                    () -> httpd.supervisor().filter(s -> !s.equals(supervisor)).isPresent());
            assertThat(Http.await(httpd.uri("site", "/?pid"), 200).body())
                    .isNotIn(daemons.stream().map(d -> "" + d.pid()).toList());
        }
    }

    private static Httpd startGate() {
        Httpd httpd = Httpd.with().host("site", """
                JVMDaemonProcess site ${AS1} processes=2
                JVMAlias / ${APPS}/Gate.java
                """).start();
        httpd.expect("supervisor|MJ0043|AH00052"); // AH00052: httpd tells of a child that a signal has ended
        return httpd;
    }

    private static void assertOnlyThoseInsideAreLost(Load load) {
        load.awaitMore(50);
        Map<String, Integer> outcomes = load.stop();

        assertThat(outcomes.keySet()).isSubsetOf("200", "502");
        assertThat(outcomes.getOrDefault("502", 0)).as("%s", outcomes).isLessThanOrEqualTo(CLIENTS);
    }

    @Test
    void shouldHaveRequestsWaitForTheNextOne() {
        try (Httpd httpd = startGate()) {
            List<Proc> daemons = httpd.awaitReady("site", 2);
            try (Load load = new Load(httpd.port("site"), "/?hold=5", CLIENTS)) {
                load.awaitMore(50);
                long killed = System.nanoTime();
                httpd.supervisor().orElseThrow().signal("KILL");
                Await.until(
                        "no daemon is left", Await.LONG, () -> daemons.stream().noneMatch(Proc::isAlive));
                httpd.awaitReady("site", 2);
                assertThat(Duration.ofNanos(System.nanoTime() - killed)).isLessThan(Await.scaled(SOON));
                assertOnlyThoseInsideAreLost(load);
            }
        }
    }

    /**
     * The graceful restart finds no supervisor to tell. httpd's children of before hold requests
     * that wait for a daemon.
     */
    @Test
    void shouldHaveRequestsWaitAcrossAGracefulRestartToo() {
        try (Httpd httpd = startGate()) {
            List<Proc> daemons = httpd.awaitReady("site", 2);
            try (Load load = new Load(httpd.port("site"), "/?hold=5", CLIENTS)) {
                load.awaitMore(50);
                Proc parent = httpd.parent();
                parent.stop();
                httpd.supervisor().orElseThrow().signal("KILL");
                Await.until(
                        "no daemon is left", Await.LONG, () -> daemons.stream().noneMatch(Proc::isAlive));
                parent.signal("USR1");
                parent.signal("CONT");
                httpd.awaitReady("site", 2);
                assertOnlyThoseInsideAreLost(load);
            }
        }
    }

    /**
     * Tools send these: earlyoom and pkill SIGTERM. The requests inside are completed, and all
     * others wait.
     */
    @ParameterizedTest
    @ValueSource(strings = {"TERM", "QUIT"})
    void shouldLoseNothingByASignalThatEndsIt(String signal) {
        try (Httpd httpd = startGate()) {
            List<Proc> daemons = httpd.awaitReady("site", 2);
            Proc supervisor = httpd.supervisor().orElseThrow();
            try (Load load = new Load(httpd.port("site"), "/?hold=20", CLIENTS)) {
                load.awaitMore(50);
                supervisor.signal(signal);
                load.awaitMore(200);
                Await.until("the supervisor ends", Await.LONG, () -> !supervisor.isAlive());
                assertThat(httpd.awaitReady("site", 2)).doesNotContainAnyElementsOf(daemons);
                assertThat(httpd.log().lines("MJ0010"))
                        .singleElement()
                        .asString()
                        .contains("SIG" + signal)
                        .contains("takes over");
                load.awaitMore(200);
                assertThat(load.stop()).containsOnlyKeys("200");
            }
        }
    }

    /** A terminal sends SIGINT or SIGHUP. */
    @Test
    void shouldNotHeedOtherSignals() {
        try (Httpd httpd = startGate()) {
            List<Proc> daemons = httpd.awaitReady("site", 2);
            Proc supervisor = httpd.supervisor().orElseThrow();
            try (Load load = new Load(httpd.port("site"), "/?hold=20", CLIENTS)) {
                for (String signal : List.of("INT", "HUP", "USR1", "ALRM", "VTALRM", "XFSZ", "RTMIN")) {
                    load.awaitMore(50);
                    supervisor.signal(signal);
                    load.awaitMore(100);
                    assertThat(httpd.supervisor()).as(signal).contains(supervisor);
                }
                assertThat(load.stop()).containsOnlyKeys("200");
                assertThat(httpd.awaitReady("site", 2)).containsExactlyInAnyOrderElementsOf(daemons);
            }
        }
    }

    @Test
    void shouldLoseNothingWhileAPoolRolls() {
        try (Httpd httpd = startGate()) {
            httpd.awaitReady("site", 2);
            Proc supervisor = httpd.supervisor().orElseThrow();
            try (Load load = new Load(httpd.port("site"), "/?hold=20", CLIENTS)) {
                load.awaitMore(50);
                httpd.rewriteHost("site", """
                        JVMDaemonProcess site ${AS1} processes=2 env=NEW=1
                        JVMAlias / ${APPS}/Gate.java
                        """);
                httpd.graceful();
                Await.until(
                        "a new daemon is there",
                        Await.LONG,
                        () -> httpd.daemons("site").size() > 2);
                supervisor.signal("TERM");
                Await.until("the supervisor ends", Await.LONG, () -> !supervisor.isAlive());
                load.awaitMore(200);
                assertThat(load.stop()).containsOnlyKeys("200");
            }
        }
    }
}

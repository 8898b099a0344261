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
        httpd.expect("supervisor|MJ0043");
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

    /** The graceful restart finds no supervisor to tell. httpd's children of before hold requests that wait for a daemon. */
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
}

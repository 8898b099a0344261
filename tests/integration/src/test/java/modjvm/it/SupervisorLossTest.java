package modjvm.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import modjvm.it.harness.Await;
import modjvm.it.harness.Http;
import modjvm.it.harness.Httpd;
import modjvm.it.harness.Proc;
import org.junit.jupiter.api.Test;

/** The supervisor itself is killed: it takes its daemons with it, and httpd starts another. */
class SupervisorLossTest {
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
}

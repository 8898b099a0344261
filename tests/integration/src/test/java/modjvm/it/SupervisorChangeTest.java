package modjvm.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import modjvm.it.harness.Await;
import modjvm.it.harness.Http;
import modjvm.it.harness.Httpd;
import modjvm.it.harness.Load;
import modjvm.it.harness.Prefix;
import modjvm.it.harness.Proc;
import org.junit.jupiter.api.Test;

/**
 * A graceful restart changes what a supervisor is started with: another one takes over, and
 * nobody's request is lost.
 */
class SupervisorChangeTest {
    private static final String SITE = "JVMDaemonProcess site ${AS1}\nJVMAlias / ${APPS}/Gate.java\n";
    private static final String TWO_PROCESSES = SITE.replace("${AS1}", "${AS1} processes=2");

    private static List<Proc> supervisors(Httpd httpd) {
        return httpd.processes().stream()
                .filter(p -> p.program().equals(Prefix.supervisor().toString()))
                .toList();
    }

    private static void awaitOne(Httpd httpd, Proc former) {
        Await.until("the former supervisor ends", Await.LONG, () -> !former.isAlive());
        assertThat(supervisors(httpd)).hasSize(1);
    }

    @Test
    void shouldTakeOverUnderLoad() {
        try (Httpd httpd =
                Httpd.with().ownApplications().host("site", TWO_PROCESSES).start()) {
            httpd.awaitReady("site", 2);
            try (Load load = new Load(httpd.port("site"), "/?hold=5", 4)) {
                load.awaitMore(50);
                for (String lines :
                        List.of("JVMMinimumUID 150", "JVMRuntimeDir ${APPS}/../run/other", "JVMMinimumUID 150")) {
                    Proc former = httpd.supervisor().orElseThrow();
                    httpd.rewriteMain(lines);
                    httpd.graceful();
                    load.awaitMore(50);
                    awaitOne(httpd, former);
                }
                Map<String, Integer> outcomes = load.stop();
                assertThat(outcomes.keySet()).as("%s", outcomes).containsOnly("200");
            }
            assertThat(httpd.log().lines("MJ0062: ")).hasSize(3);
            assertThat(httpd.log().lines("MJ0121: ")).hasSize(3);
            assertThat(httpd.log().lines("AH00488|MJ0010")).isEmpty();
        }
    }

    @Test
    void shouldLetARequestEndThatIsInside() throws Exception {
        try (Httpd httpd = Httpd.with().ownApplications().host("site", SITE).start()) {
            Http.await(httpd.uri("site", "/?pid"), 200);
            var gate = httpd.work().resolve("gate");
            var pending = Http.start(httpd.uri("site", "/?until=" + gate));
            Await.until(
                    "the request is inside",
                    Await.LONG,
                    () -> Http.get(httpd.uri("site", "/?inside")).body().equals("1"));
            Proc former = httpd.supervisor().orElseThrow();

            httpd.rewriteMain("JVMMinimumUID 150");
            httpd.graceful();
            Http.await(httpd.uri("site", "/?pid"), 200);
            httpd.graceful(); // the retired one stays, and is known
            assertThat(supervisors(httpd)).hasSize(2);
            Files.createFile(gate);

            assertThat(pending.join().statusCode()).isEqualTo(200);
            awaitOne(httpd, former);
            assertThat(httpd.log().lines("AH00488|MJ0010")).isEmpty();
        }
    }

    /** All end with httpd, the retired ones too. */
    @Test
    void shouldEndWithHttpd() {
        try (Httpd httpd = Httpd.with().ownApplications().host("site", SITE).start()) {
            Http.await(httpd.uri("site", "/?pid"), 200);
            var pending = Http.start(httpd.uri("site", "/?until=" + httpd.work().resolve("gate")));
            Await.until(
                    "the request is inside",
                    Await.LONG,
                    () -> Http.get(httpd.uri("site", "/?inside")).body().equals("1"));
            httpd.rewriteMain("JVMMinimumUID 150");
            httpd.graceful();
            Http.await(httpd.uri("site", "/?pid"), 200);
            List<Proc> all = httpd.processes();
            assertThat(supervisors(httpd)).hasSize(2);
            httpd.expect("MJ0043|lost after it had read|AH00045|AH00046"); // the request inside

            httpd.stop();

            httpd.awaitNothingLeft(all);
            pending.exceptionally(broken -> null).join();
        }
    }
}

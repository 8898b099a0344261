package modjvm.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import modjvm.it.harness.Await;
import modjvm.it.harness.Httpd;
import modjvm.it.harness.Load;
import modjvm.it.harness.Proc;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A daemon is killed while requests come without pause: only those that were inside it are lost,
 * and none hangs.
 */
class KillUnderLoadTest {
    private static final int THREADS = 3;
    private static final int CLIENTS = 8;
    private static final int KILLS = 3;

    @ParameterizedTest(name = "{0} daemons")
    @ValueSource(ints = {1, 2})
    void shouldLoseOnlyWhatWasInside(int processes) {
        try (Httpd httpd =
                Httpd.with().host("site", """
                JVMDaemonProcess site ${AS1} processes=%d threads=%d
                JVMAlias / ${APPS}/Gate.java
                """.formatted(processes, THREADS)).start()) {
            httpd.expect("pool site pid \\d+ ended: signal 9|MJ\\d+");
            httpd.awaitReady("site", processes);
            try (Load load = new Load(httpd.port("site"), "/?hold=5", CLIENTS)) {
                for (int i = 0; i < KILLS; i++) {
                    load.awaitMore(50);
                    List<Proc> before = httpd.awaitReady("site", processes);
                    Proc victim = before.get(0);
                    victim.signal("KILL");
                    Await.until("a new daemon", Await.LONG, () -> {
                        List<Proc> now = httpd.daemons("site");
                        return now.size() == processes && !now.contains(victim);
                    });
                }
                load.awaitMore(100);
                Map<String, Integer> outcomes = load.stop();

                assertThat(outcomes.keySet()).isSubsetOf("200", "502", "503");
                int lost = outcomes.getOrDefault("502", 0) + outcomes.getOrDefault("503", 0);
                assertThat(lost).as("lost of %s", outcomes).isLessThanOrEqualTo(KILLS * THREADS);
            }
        }
    }
}

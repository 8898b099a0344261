package modjvm.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest.BodyPublishers;
import java.util.Map;
import modjvm.it.harness.Http;
import modjvm.it.harness.Httpd;
import modjvm.it.harness.Load;
import modjvm.it.harness.Proc;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The same application on each of httpd's process models. */
class MpmTest {
    @ParameterizedTest
    @ValueSource(strings = {"event", "worker", "prefork"})
    void shouldServeReloadAndEnd(String mpm) {
        try (Httpd httpd = Httpd.with().mpm(mpm).host("site", """
                JVMDaemonProcess site ${AS1} threads=8
                JVMAlias / ${APPS}/Facts.java
                """).start()) {
            assertThat(Http.get(httpd.uri("site", "/x")).body()).isEqualTo("[][/x][][/x]");
            assertThat(Http.post(httpd.uri("site", "/?body"), BodyPublishers.ofString("sent"))
                            .body())
                    .isEqualTo("sent");
            Proc daemon = httpd.awaitDaemons("site", 1).get(0);

            try (Load load = new Load(httpd.port("site"), "/x", 4)) {
                load.awaitMore(50);
                httpd.graceful();
                load.awaitMore(50);
                Map<String, Integer> outcomes = load.stop();
                assertThat(outcomes).containsOnlyKeys("200");
            }
            assertThat(httpd.daemons("site")).containsExactly(daemon);
        }
    }
}

package modjvm.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import modjvm.it.harness.Await;
import modjvm.it.harness.Http;
import modjvm.it.harness.Httpd;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/**
 * A JVM that collects garbage for long is not taken for one that hangs: its collector uses the
 * processor, where it gets it.
 */
@Isolated("the collector needs the processor")
class CollectionTest {
    @Test
    void shouldNotTakeALongCollectionForADeadlock() {
        // the whole has to end within socket-timeout
        long timeout = Math.min(3000, Await.scaled(Duration.ofMillis(500)).toMillis());
        try (Httpd httpd = Httpd.with().host("site", """
                JVMDaemonProcess site ${AS1} deadlock-timeout=%dms heap=1500m java-option=-XX:MaxNewSize=32m
                JVMAlias / ${APPS}/Limits.java
                """.formatted(timeout)).start()) {
            String old = Http.await(httpd.uri("site", "/?pid"), 200).body();

            assertThat(Http.get(httpd.uri("site", "/?collect=" + 12 * timeout)).statusCode())
                    .isEqualTo(200);

            assertThat(Http.await(httpd.uri("site", "/?pid"), 200).body()).isEqualTo(old);
            assertThat(httpd.log("site").lines("deadlock-timeout")).isEmpty();
        }
    }
}

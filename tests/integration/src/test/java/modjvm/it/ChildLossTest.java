package modjvm.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import modjvm.it.harness.Await;
import modjvm.it.harness.Folders;
import modjvm.it.harness.Http;
import modjvm.it.harness.Httpd;
import modjvm.it.harness.Proc;
import modjvm.it.harness.RawClient;
import org.junit.jupiter.api.Test;

/** httpd's children are killed while they hold requests: what they had counted is taken back. */
class ChildLossTest {
    @Test
    void shouldTakeBackThePlacesOfADeadChild() throws IOException {
        try (Httpd httpd = Httpd.with().host("site", """
                JVMDaemonProcess site ${AS1} threads=1 queue-size=1 queue-timeout=30
                JVMAlias / ${APPS}/Gate.java
                """).start()) {
            httpd.expect("AH00052|MJ\\d+"); // child exit signal Killed
            Http.await(httpd.uri("site", "/?pid"), 200);
            Proc daemon = httpd.awaitDaemons("site", 1).get(0);
            for (int i = 0; i < 3; i++) {
                Path go = httpd.work().resolve("go-" + i);
                try (RawClient client = new RawClient(httpd.port("site"))) {
                    client.send("GET /?until=" + go + " HTTP/1.1\r\nHost: x\r\n\r\n");
                    Await.until("the request is inside", Await.LONG, () -> Files.exists(Path.of(go + ".inside")));

                    children(httpd).forEach(child -> child.signal("KILL"));

                    assertThatThrownBy(client::receive).isInstanceOf(IOException.class);
                } finally {
                    Folders.write(go, "");
                }
                assertThat(Http.await(httpd.uri("site", "/?most"), 200).body()).isEqualTo("1");
            }
            assertThat(httpd.daemons("site")).containsExactly(daemon);
        }
    }

    private static List<Proc> children(Httpd httpd) {
        return httpd.processes().stream()
                .filter(p -> p.parent() == httpd.parent().pid() && p.program().endsWith("/apache2"))
                .toList();
    }
}

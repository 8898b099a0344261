package modjvm.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import modjvm.it.harness.Await;
import modjvm.it.harness.Http;
import modjvm.it.harness.Httpd;
import org.junit.jupiter.api.Test;

/** The last pool is taken out of the configuration, and put back. */
class RemovalTest {
    private static final String SITE = """
            JVMDaemonProcess gone ${AS1}
            JVMAlias / ${APPS}/Gate.java
            """;

    @Test
    void shouldDrainTheLastPool() throws Exception {
        try (Httpd httpd = Httpd.with().host("gone", SITE).start()) {
            Http.await(httpd.uri("gone", "/?pid"), 200);
            Path gate = httpd.work().resolve("gate");
            var pending = Http.start(httpd.uri("gone", "/?until=" + gate));
            Await.until(
                    "the request is inside",
                    Await.LONG,
                    () -> Http.get(httpd.uri("gone", "/?inside")).body().equals("1"));

            httpd.rewriteHost("gone", "");
            httpd.graceful();
            Files.createFile(gate);
            assertThat(pending.join().statusCode()).isEqualTo(200);
            httpd.awaitDaemons("gone", 0);

            httpd.rewriteHost("gone", SITE);
            httpd.graceful();
            Http.await(httpd.uri("gone", "/?pid"), 200);
        }
    }
}

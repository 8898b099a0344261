package modjvm.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.TimeUnit;
import modjvm.it.harness.Http;
import modjvm.it.harness.Httpd;
import modjvm.it.harness.Proc;
import org.junit.jupiter.api.Test;

/** httpd as people run it below a debugger: with -X, one process that serves by itself. */
class OneProcessTest {
    @Test
    void shouldServeAndEnd() throws Exception {
        try (Httpd httpd = Httpd.with().host("site", """
                JVMDaemonProcess site ${AS1}
                JVMAlias / ${APPS}/Facts.java
                """).write()) {
            Process process = new ProcessBuilder(
                            "/usr/sbin/apache2",
                            "-X",
                            "-f",
                            httpd.dir().resolve("httpd.conf").toString())
                    .inheritIO()
                    .start();
            try {
                assertThat(Http.awaitServer(httpd.uri("site", "/?pid")).statusCode())
                        .isEqualTo(200);
                List<Proc> all = httpd.processes();

                process.destroy();

                assertThat(process.waitFor(30, TimeUnit.SECONDS)).as("it ends").isTrue();
                httpd.awaitNothingLeft(all);
            } finally {
                process.destroyForcibly();
            }
        }
    }
}

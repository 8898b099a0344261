package modjvm.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import modjvm.it.harness.Folders;
import modjvm.it.harness.Http;
import modjvm.it.harness.Httpd;
import org.junit.jupiter.api.Test;

/**
 * New settings fail: what they alone have is refused at once, and the former ones serve the rest.
 */
class FailingSettingsTest {
    /** Whatever waits for the queue-timeout is not answered within a test. */
    private static final String SITE = """
            JVMDaemonProcess site ${AS1} queue-timeout=1h env=A=1
            JVMAlias /same ${APPS}/Site.java
            JVMAlias /env ${APPS}/Env.java param.x=1
            """;

    private static final String NEW = "JVMAlias /new ${APPS}/Hello.java\n";

    private static Httpd start() {
        Httpd httpd = Httpd.with().ownApplications().host("site", SITE).start();
        httpd.expect("MJ01(01|05|12|17): |MJ0039: |Env.java|IllegalStateException: x=1");
        Http.await(httpd.uri("site", "/same?version"), 200);
        Http.await(httpd.uri("site", "/env"), 200);
        return httpd;
    }

    private static void configure(Httpd httpd, String site) {
        httpd.rewriteHost("site", site);
        httpd.graceful();
    }

    /** @return the Retry-After */
    private static long refused(Httpd httpd) {
        HttpResponse<String> response = Http.get(httpd.uri("site", "/new"));
        assertThat(response.statusCode()).isEqualTo(503);
        assertThat(Http.get(httpd.uri("site", "/same?version")).statusCode()).isEqualTo(200);
        assertThat(Http.get(httpd.uri("site", "/env")).statusCode()).isEqualTo(200);
        return response.headers().firstValueAsLong("Retry-After").orElseThrow();
    }

    private static void touch(Path source) {
        try {
            Folders.write(source, Files.readString(source) + "// touched\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void shouldRefuseWhatOnlyAGenerationHasThatCannotStart() {
        try (Httpd httpd = start()) {
            configure(httpd, SITE + "JVMAlias /new ${APPS}/DiesAtStart.java param.until=${WORK}/mended\n");
            assertThat(refused(httpd)).isBetween(25L, 30L);
            httpd.log("site")
                    .await("MJ0039: pool site: only the new settings have this application.*exit code 3.*mend that");

            Folders.write(httpd.work().resolve("mended"), "");
            touch(httpd.apps().resolve("Site.java"));
            assertThat(Http.await(httpd.uri("site", "/new"), 200).body()).isEqualTo("mended\n");
            assertThat(Http.get(httpd.uri("site", "/same?version")).statusCode())
                    .isEqualTo(200);
        }
    }

    @Test
    void shouldRefuseUntilAGenerationStartsThatIsTriedByTime() {
        try (Httpd httpd = start()) {
            configure(httpd, SITE + "JVMAlias /new ${APPS}/DiesAtStart.java param.until=${WORK}/mended param.kill=1\n");
            assertThat(refused(httpd)).isBetween(1L, 30L);
            assertThat(httpd.log("site").lines("ended: signal 9")).hasSizeGreaterThanOrEqualTo(2);
            assertThat(httpd.log("site").lines("MJ0112")).isEmpty();

            Folders.write(httpd.work().resolve("mended"), "");
            assertThat(Http.await(httpd.uri("site", "/new"), 200).body()).isEqualTo("mended\n");
        }
    }

    @Test
    void shouldRefuseWhatOnlyAGenerationHasThatServesLess() {
        try (Httpd httpd = start()) {
            configure(httpd, SITE.replace("env=A=1", "env=A=2") + NEW);
            assertThat(refused(httpd)).isBetween(25L, 30L);
            httpd.log("site").await("MJ0117: pool site: .*Env.java worked before and now fails to load");

            configure(httpd, SITE + NEW);
            assertThat(Http.get(httpd.uri("site", "/new")).statusCode()).isEqualTo(200);
        }
    }
}

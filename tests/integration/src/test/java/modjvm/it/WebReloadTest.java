package modjvm.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import modjvm.it.harness.Await;
import modjvm.it.harness.Http;
import modjvm.it.harness.Httpd;
import modjvm.it.harness.Load;
import modjvm.it.harness.WebArchive;
import org.junit.jupiter.api.Test;

/** A WAR that is replaced while it serves. */
class WebReloadTest {
    private static final int VERSIONS = 4;
    private static final int CLIENTS = 4;

    @Test
    void shouldLoseNoRequest() throws IOException {
        try (Httpd httpd = Httpd.with().host("site", """
                        JVMDaemonProcess site ${AS1} threads=4
                        JVMAlias /shop ${WORK}/shop.war
                        """).write()) {
            httpd.expect("exploded in|took .* milliseconds|web: context destroyed");
            Path sources = httpd.apps().resolve("web");
            Path war = httpd.work().resolve("shop.war");
            WebArchive parts = new WebArchive(httpd.work().resolve("parts"))
                    .classes(sources.resolve("Facts.java"), sources.resolve("Surroundings.java"))
                    .file("version.txt", "0");
            parts.pack(war);
            httpd.start();
            Path exploded = httpd.stateFolder("site").resolve("web");
            try (Load load = new Load(httpd.port("site"), "/shop/facts", CLIENTS)) {
                for (int version = 1; version <= VERSIONS; version++) {
                    String wanted = Integer.toString(version);
                    parts.file("version.txt", wanted).pack(war);
                    Await.until(
                            "version " + wanted,
                            Await.LONG,
                            () -> Http.get(httpd.uri("site", "/shop/version.txt"))
                                    .body()
                                    .equals(wanted));
                    load.awaitMore(20);
                }
                Map<String, Integer> outcomes = load.stop();

                assertThat(outcomes).containsOnlyKeys("200");
            }
            try (Stream<Path> versions = Files.list(exploded)) {
                assertThat(versions).as("the last two versions").hasSizeLessThanOrEqualTo(2);
            }
        }
    }

    @Test
    void shouldExplodeAWarOnceForAllProcesses() throws IOException {
        try (Httpd httpd = Httpd.with().host("site", """
                        JVMDaemonProcess site ${AS1} threads=2 processes=2
                        JVMAlias /shop ${WORK}/shop.war
                        """).write()) {
            httpd.expect("exploded in");
            new WebArchive(httpd.work().resolve("parts"))
                    .file("version.txt", "1")
                    .pack(httpd.work().resolve("shop.war"));
            httpd.start();
            httpd.awaitReady("site", 2);

            assertThat(Http.get(httpd.uri("site", "/shop/version.txt")).body()).isEqualTo("1");
            assertThat(httpd.log("site").lines("shop.war: exploded in")).hasSize(1);
            try (Stream<Path> versions = Files.list(httpd.stateFolder("site").resolve("web"))) {
                assertThat(versions).hasSize(1);
            }
        }
    }
}

package modjvm.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import modjvm.it.harness.Await;
import modjvm.it.harness.Http;
import modjvm.it.harness.Httpd;
import modjvm.it.harness.RawClient;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * A client that leaves is told to the application, whose thread is interrupted. The pools have one
 * thread: what is not told blocks all.
 */
class AbortTest {
    /** httpd looks after each half second in which nothing came from the daemon. */
    private static final Duration SOON = Duration.ofSeconds(5);

    @AutoClose
    private static Httpd httpd;

    @BeforeAll
    static void start() {
        httpd = Httpd.with()
                .module("http2")
                .host("site", """
                        Protocols h2c http/1.1
                        CustomLog ${WORK}/access.log "%>s %U"
                        JVMDaemonProcess site ${AS1} threads=1
                        JVMAlias /gate ${APPS}/Gate.java
                        """)
                .host("deadline", """
                        JVMDaemonProcess deadline ${AS1} threads=1 request-timeout=1
                        JVMAlias /gate ${APPS}/Gate.java
                        """)
                .start();
        httpd.expect("MJ0042");
        Http.await(httpd.uri("site", "/gate?pid"), 200);
        Http.await(httpd.uri("deadline", "/gate?pid"), 200);
    }

    private static Path door(String name) {
        return httpd.work().resolve(name);
    }

    private static void awaitInside(Path door) {
        Await.until("a request is inside", Await.LONG, () -> Files.exists(Path.of(door + ".inside")));
    }

    /** The only thread answers again, and nobody is where it was held. */
    private static void assertFree(String host) {
        long before = System.nanoTime();
        assertThat(Http.await(httpd.uri(host, "/gate?inside"), 200).body()).isEqualTo("0");
        assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Await.scaled(SOON));
    }

    @Test
    void shouldInterruptForAClientThatLeft() throws Exception {
        Path door = door("http1");
        try (RawClient client = new RawClient(httpd.port("site"))) {
            client.send("GET /gate/left?until=" + door + " HTTP/1.1\r\nHost: site.test\r\n\r\n");
            awaitInside(door);
        }
        assertFree("site");
        Await.until("the access log has it", SOON, () -> accessLog().contains("499 /gate/left\n"));
    }

    @Test
    void shouldInterruptForAClientThatLeftInTheMiddleOfAResponse() throws Exception {
        Path door = door("stream");
        try (RawClient client = new RawClient(httpd.port("site"))) {
            client.send("GET /gate?stream=" + door + " HTTP/1.1\r\nHost: site.test\r\n\r\n");
            assertThat(client.receiveHead().status()).isEqualTo(200);
            awaitInside(door);
        }
        assertFree("site");
    }

    @Test
    void shouldInterruptForAClientOfHttp2ThatLeft() throws Exception {
        Path door = door("http2");
        String uri = httpd.uri("site", "/gate?until=" + door).toString();
        Process curl = new ProcessBuilder("curl", "-s", "--http2-prior-knowledge", uri).start();
        try {
            awaitInside(door);
        } finally {
            curl.destroyForcibly();
        }
        assertFree("site");
    }

    @Test
    void shouldInterruptWhoseTimeIsOver() {
        Path door = door("late");
        assertThat(Http.get(httpd.uri("deadline", "/gate?until=" + door)).statusCode())
                .isEqualTo(504);
        assertFree("deadline");
    }

    @Test
    void shouldLetAPatientClientHaveItsAnswer() {
        assertThat(Http.get(httpd.uri("site", "/gate?hold=1500")).statusCode()).isEqualTo(200);
    }

    private static String accessLog() {
        try {
            return Files.readString(httpd.work().resolve("access.log"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

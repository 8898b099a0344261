package modjvm.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import modjvm.it.harness.Await;
import modjvm.it.harness.Folders;
import modjvm.it.harness.Http;
import modjvm.it.harness.Http2Client;
import modjvm.it.harness.Httpd;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * HTTP/2 clients that reset each request as soon as they have made it: httpd's workers and the
 * pool's places are free again afterwards.
 */
class RapidResetTest {
    private static final int CONNECTIONS = 20;
    private static final int STREAMS = 200;
    private static final int THREADS = 3;

    @AutoClose
    private static Httpd httpd;

    @BeforeAll
    static void start() {
        httpd = Httpd.with()
                .module("http2")
                .limits("StartServers 1\nServerLimit 1\nThreadLimit 32\nThreadsPerChild 32\nMaxRequestWorkers 32")
                .host("site", """
                        Protocols h2c http/1.1
                        JVMDaemonProcess site ${AS1} threads=%d
                        JVMAlias / ${APPS}/Gate.java
                        """.formatted(THREADS))
                .start();
        httpd.expect("http2|MJ004\\d|MJ003\\d|AH\\d+");
        httpd.awaitReady("site", 1);
    }

    private static void flood(String path) throws IOException {
        for (int i = 0; i < CONNECTIONS; i++) {
            try (Http2Client client = new Http2Client(
                    httpd.port("site"),
                    false,
                    ":method",
                    "GET",
                    ":scheme",
                    "http",
                    ":path",
                    "/?pid",
                    ":authority",
                    "x")) {
                client.status();
                for (int stream = 0; stream < STREAMS; stream++) {
                    client.openAndReset(":method", "GET", ":scheme", "http", ":path", path, ":authority", "x");
                }
            } catch (IOException e) {
                // httpd ends a connection with too many resets: so much the better
            }
        }
    }

    @Test
    void shouldGiveBackWorkersAndPlaces() throws IOException {
        flood("/?hold=100");
        flood("/?hold=60000");
        flood("/?pid");

        Await.until("nothing is inside", Await.LONG, () -> ask("/?inside").equals("0"));
        Path go = httpd.work().resolve("go");
        List<CompletableFuture<?>> held = new ArrayList<>();
        for (int i = 1; i < THREADS; i++) {
            held.add(Http.start(httpd.uri("site", "/?until=" + go)));
        }
        // with this question, each place is taken
        Await.until(
                "all but one place are taken", Await.LONG, () -> ask("/?inside").equals("" + (THREADS - 1)));
        Folders.write(go, "");
        held.forEach(CompletableFuture::join);
        assertThat(Integer.parseInt(ask("/?most"))).isLessThanOrEqualTo(THREADS);
    }

    private static String ask(String target) {
        return Http.await(httpd.uri("site", target), 200).body().trim();
    }
}

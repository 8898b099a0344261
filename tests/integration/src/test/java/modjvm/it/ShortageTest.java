package modjvm.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import modjvm.it.harness.Await;
import modjvm.it.harness.Folders;
import modjvm.it.harness.Http;
import modjvm.it.harness.Httpd;
import modjvm.it.harness.Proc;
import modjvm.it.harness.ProcessLimit;
import modjvm.it.harness.RawClient;
import modjvm.it.harness.Users;
import org.junit.jupiter.api.Test;

/** A pool's user has as many processes and threads as it may: what runs goes on, and what needs more waits. */
@RequiresRoot
class ShortageTest {
    @Test
    void shouldWaitForThreadsAndLoseNothing() throws IOException {
        try (Httpd httpd = Httpd.with()
                .host(
                        "site",
                        "JVMDaemonProcess site user=" + Users.own("short").get(0) + "\nJVMAlias / ${APPS}/Gate.java")
                .start()) {
            httpd.expect("accept: no thread for a connection");
            Proc daemon = httpd.awaitReady("site", 1).get(0);
            Path go = httpd.work().resolve("go");
            try (RawClient inside = new RawClient(httpd.port("site"))) {
                inside.send("GET /?until=" + go + " HTTP/1.1\r\nHost: x\r\n\r\n");
                Await.until("the request is inside", Await.LONG, () -> Files.exists(Path.of(go + ".inside")));
                ProcessLimit limit = ProcessLimit.exhaust(daemon);
                CompletableFuture<HttpResponse<String>> waits = Http.start(httpd.uri("site", "/?pid"));
                httpd.log("site").await("no thread for a connection");
                assertThat(waits).isNotDone();
                limit.lift();

                assertThat(waits.join().statusCode()).isEqualTo(200);
                assertThat(waits.join().body()).isEqualTo("" + daemon.pid());
                Folders.write(go, "");
                assertThat(inside.receive().status()).isEqualTo(200);
            }
        }
    }
}

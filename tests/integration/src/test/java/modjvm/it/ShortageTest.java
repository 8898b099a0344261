package modjvm.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import modjvm.it.harness.Await;
import modjvm.it.harness.Folders;
import modjvm.it.harness.Http;
import modjvm.it.harness.Httpd;
import modjvm.it.harness.Proc;
import modjvm.it.harness.ProcessLimit;
import modjvm.it.harness.RawClient;
import modjvm.it.harness.Users;
import org.junit.jupiter.api.Test;

/**
 * What a daemon needs to take requests is used up, or taken away: what runs goes on, what needs
 * more waits, and what does not come back is had by another daemon.
 */
@RequiresRoot
class ShortageTest {
    @Test
    void shouldReplaceADaemonThatIsOutOfDescriptors() throws IOException {
        try (Httpd httpd = Httpd.with()
                .host(
                        "site",
                        "JVMDaemonProcess site user=" + Users.own("leaky").get(0) + "\nJVMAlias / ${APPS}/Leak.java")
                .start()) {
            httpd.expect("open-files");
            httpd.expect("descriptors are in use");
            Proc daemon = httpd.awaitReady("site", 1).get(0);
            ProcessLimit.descriptors(daemon, 200);
            try (RawClient leak = new RawClient(httpd.port("site"))) {
                leak.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
                assertThat(leak.receive().status()).isEqualTo(200);
            }
            // The connection that is there serves one of them; the others need new ones.
            List<CompletableFuture<HttpResponse<String>>> all = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                all.add(Http.start(httpd.uri("site", "/?wait=500")));
            }
            for (CompletableFuture<HttpResponse<String>> one : all) {
                assertThat(one.join().statusCode()).isEqualTo(200);
            }
            httpd.log("site")
                    .await("pid " + daemon.pid() + " is replaced: open-files: all 200 descriptors are in use, for ");
            Await.until("it has gone", Await.LONG, () -> !daemon.isAlive());
            assertThat(Http.start(httpd.uri("site", "/")).join().body()).isNotEqualTo("" + daemon.pid());
            assertThat(httpd.log("site").lines("descriptors are in use").size()).isLessThanOrEqualTo(3);
        }
    }

    @Test
    void shouldReplaceADaemonThatGetsNoThreads() throws IOException {
        try (Httpd httpd = Httpd.with()
                .host(
                        "site",
                        "JVMDaemonProcess site user=" + Users.own("short").get(0) + "\nJVMAlias / ${APPS}/Gate.java")
                .start()) {
            httpd.expect("no thread for a connection");
            httpd.expect("no-threads");
            httpd.expect("it has not sent HELLO within"); // nobody has heard it
            Proc daemon = httpd.awaitReady("site", 1).get(0);
            Await.until("its threads are all there", Await.LONG, () -> hasThread(daemon, "modjvm-reload"));
            ProcessLimit.exhaust(daemon);
            HttpResponse<String> answer = Http.start(httpd.uri("site", "/?pid")).join();
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.body()).isNotEqualTo("" + daemon.pid());
            httpd.log("site").await("pid " + daemon.pid() + " is replaced: no-threads: no thread for a connection");
        }
    }

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

    private static boolean hasThread(Proc process, String name) {
        try (Stream<Path> threads = Files.list(Path.of("/proc/" + process.pid() + "/task"))) {
            for (Path thread : threads.toList()) {
                if (Files.readString(thread.resolve("comm")).strip().equals(name)) {
                    return true;
                }
            }
        } catch (IOException e) {
            return false; // one of them has ended
        }
        return false;
    }

    /** As something does that cleans folders of old files. */
    @Test
    void shouldReplaceADaemonWhoseSocketIsGone() throws IOException {
        try (Httpd httpd = Httpd.with()
                .host(
                        "site",
                        "JVMDaemonProcess site user=" + Users.own("short").get(0) + "\nJVMAlias / ${APPS}/Gate.java")
                .start()) {
            httpd.expect("not-reachable");
            Proc daemon = httpd.awaitReady("site", 1).get(0);
            for (Path socket : httpd.sockets()) {
                Files.delete(socket);
            }
            HttpResponse<String> answer = Http.start(httpd.uri("site", "/?pid")).join();
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.body()).isNotEqualTo("" + daemon.pid());
            httpd.log("site").await("pid " + daemon.pid() + " is replaced: not-reachable: its socket .* is gone");
            Await.until("it has gone", Await.LONG, () -> !daemon.isAlive());
        }
    }
}

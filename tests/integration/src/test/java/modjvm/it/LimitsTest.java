package modjvm.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import modjvm.it.harness.Await;
import modjvm.it.harness.Folders;
import modjvm.it.harness.Http;
import modjvm.it.harness.Httpd;
import modjvm.it.harness.RawClient;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Limits are literal: what is over them waits or is told so, and nothing hangs. */
class LimitsTest {
    @AutoClose
    private static Httpd httpd;

    @BeforeAll
    static void start() {
        httpd = Httpd.with()
                // A busy httpd closes connections that are kept alive, at the moment perhaps when
                // the client uses them again.
                .main("KeepAlive Off")
                // 195 requests wait: no more than half of all workers may
                .limits("StartServers 2\nServerLimit 4\nThreadLimit 128\nThreadsPerChild 128\nMaxRequestWorkers 512")
                .host("five", "JVMDaemonProcess five ${AS1} threads=5 queue-size=300\nJVMAlias / ${APPS}/Gate.java")
                .host(
                        "pair",
                        "JVMDaemonProcess pair ${AS1} threads=2 processes=2 queue-size=300\nJVMAlias / ${APPS}/Gate.java")
                .host("queue", "JVMDaemonProcess queue ${AS1} threads=1 queue-size=2\nJVMAlias / ${APPS}/Gate.java")
                .host("wait", "JVMDaemonProcess wait ${AS1} threads=1 queue-timeout=1\nJVMAlias / ${APPS}/Gate.java")
                .host("deadline", "JVMDaemonProcess deadline ${AS1} request-timeout=1\nJVMAlias / ${APPS}/Gate.java")
                .start();
        for (String host : List.of("five", "pair", "queue", "wait", "deadline")) {
            Http.await(httpd.uri(host, "/?pid"), 200);
        }
        httpd.expect("MJ\\d+.*(queue|wait|deadline|request-timeout|queue-timeout|queue-size)");
    }

    private static List<CompletableFuture<HttpResponse<String>>> start(String host, String question, int count) {
        List<CompletableFuture<HttpResponse<String>>> pending = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            pending.add(Http.start(httpd.uri(host, "/?" + question)));
        }
        return pending;
    }

    private static int number(String host, String question) {
        return Integer.parseInt(Http.get(httpd.uri(host, "/?" + question)).body());
    }

    @Test
    void shouldNeverHaveMoreThanItsThreadsInside() {
        var pending = start("five", "hold=25", 200);

        assertThat(pending).allSatisfy(p -> assertThat(p.join().statusCode()).isEqualTo(200));
        assertThat(number("five", "most")).isEqualTo(5);
        assertThat(number("five", "seen")).isEqualTo(200);
    }

    @Test
    void shouldCountEachProcessByItself() {
        Path go = httpd.work().resolve("go-pair");
        httpd.awaitReady("pair", 2);
        var pending = start("pair", "until=" + go, 40);

        Await.until("the first are inside", Await.LONG, () -> Files.exists(Path.of(go + ".inside")));
        Folders.write(go, "");

        List<String> answers = pending.stream().map(p -> p.join().body()).toList();
        assertThat(answers).allMatch(answer -> answer.matches("\\d+\n"));
        assertThat(answers.stream().distinct()).hasSize(2);
        assertThat(number("pair", "most")).isLessThanOrEqualTo(2);
    }

    @Test
    void shouldRefuseWhatTheQueueDoesNotHold() {
        Path go = httpd.work().resolve("go-queue");
        var pending = start("queue", "until=" + go, 10);

        Await.until(
                "seven are refused",
                Await.LONG,
                () -> pending.stream().filter(CompletableFuture::isDone).count() == 7);
        Folders.write(go, "");
        List<HttpResponse<String>> answers =
                pending.stream().map(CompletableFuture::join).toList();

        assertThat(answers.stream().filter(a -> a.statusCode() == 200)).hasSize(3);
        assertThat(answers.stream().filter(a -> a.statusCode() == 503))
                .hasSize(7)
                .allSatisfy(
                        a -> assertThat(a.headers().firstValue("Retry-After").orElse(""))
                                .matches("\\d+"));
    }

    @Test
    void shouldRefuseWhatHasWaitedForTooLong() {
        Path go = httpd.work().resolve("go-wait");
        var inside = Http.start(httpd.uri("wait", "/?until=" + go));
        // whoever comes second waits for a second, and is refused
        HttpResponse<String> refused;
        Duration waited;
        do {
            long before = System.nanoTime();
            refused = Http.get(httpd.uri("wait", "/?pid"));
            waited = Duration.ofNanos(System.nanoTime() - before);
        } while (refused.statusCode() == 200);
        Folders.write(go, "");

        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(refused.headers().firstValue("Retry-After")).isPresent();
        assertThat(waited).isBetween(Duration.ofMillis(900), Await.scaled(Duration.ofSeconds(5)));
        assertThat(inside.join().statusCode()).isEqualTo(200);
    }

    @Test
    void shouldAnswer504AtTheDeadline() {
        Path go = httpd.work().resolve("go-deadline");
        long before = System.nanoTime();

        HttpResponse<String> late = Http.get(httpd.uri("deadline", "/?until=" + go));
        Duration waited = Duration.ofNanos(System.nanoTime() - before);

        assertThat(late.statusCode()).isEqualTo(504);
        assertThat(waited).isBetween(Duration.ofMillis(900), Await.scaled(Duration.ofSeconds(5)));
        Folders.write(go, "");
        assertThat(Http.get(httpd.uri("deadline", "/?pid")).statusCode()).isEqualTo(200);
    }

    @Test
    void shouldBreakOffAResponseAtTheDeadline() throws java.io.IOException {
        Path go = httpd.work().resolve("go-stream");
        try (RawClient client = new RawClient(httpd.port("deadline"))) {
            client.send("GET /?stream=" + go + " HTTP/1.1\r\nHost: x\r\n\r\n");
            RawClient.Head head = client.receiveHead();
            assertThat(head.status()).isEqualTo(200);

            Assertions.assertThatThrownBy(() -> client.body(head).readAllBytes())
                    .isInstanceOf(java.io.IOException.class);
        } finally {
            Folders.write(go, "");
        }
    }
}

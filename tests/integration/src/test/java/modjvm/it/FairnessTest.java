package modjvm.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import modjvm.it.harness.Await;
import modjvm.it.harness.Folders;
import modjvm.it.harness.Http;
import modjvm.it.harness.Httpd;
import org.junit.jupiter.api.Test;

/**
 * Pools that hang, with all their places taken and their queues full, leave httpd's workers to the
 * other virtual hosts.
 */
class FairnessTest {
    /** What an answer takes where a worker is free, on a busy machine. */
    private static final Duration SOON = Duration.ofSeconds(5);

    private static final String WORKERS_32 =
            "StartServers 1\nServerLimit 1\nThreadLimit 32\nThreadsPerChild 32\nMaxRequestWorkers 32\nMinSpareThreads 1\nMaxSpareThreads 32";

    private static final String GOOD = "JVMDaemonProcess good ${AS2}\nJVMAlias / ${APPS}/Gate.java";

    private static List<CompletableFuture<HttpResponse<String>>> hang(Httpd httpd, String host, Path door, int count) {
        List<CompletableFuture<HttpResponse<String>>> pending = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            pending.add(Http.start(httpd.uri(host, "/?until=" + door)));
        }
        return pending;
    }

    private static void awaitRefusals(List<CompletableFuture<HttpResponse<String>>> pending, int count) {
        Await.until(
                count + " are refused",
                Await.LONG,
                () -> pending.stream().filter(CompletableFuture::isDone).count() == count);
        assertThat(pending.stream().filter(CompletableFuture::isDone)).allSatisfy(p -> {
            HttpResponse<String> refusal = p.join();
            assertThat(refusal.statusCode()).isEqualTo(503);
            assertThat(refusal.headers().firstValue("Retry-After").orElse("")).matches("\\d+");
        });
    }

    private static void assertServesSoon(Httpd httpd, String host, int requests) {
        Duration slowest = Duration.ZERO;
        for (int i = 0; i < requests; i++) {
            long before = System.nanoTime();
            assertThat(Http.get(httpd.uri(host, "/?hold=0")).statusCode()).isEqualTo(200);
            Duration taken = Duration.ofNanos(System.nanoTime() - before);
            slowest = taken.compareTo(slowest) > 0 ? taken : slowest;
        }
        assertThat(slowest).isLessThan(Await.scaled(SOON));
    }

    private static void assertEndWell(List<CompletableFuture<HttpResponse<String>>> pending, int count) {
        assertThat(pending.stream().map(CompletableFuture::join).filter(answer -> answer.statusCode() == 200))
                .hasSize(count);
    }

    @Test
    void shouldLeaveAQuarterOfTheWorkersToOthersThanAPoolThatHangs() {
        try (Httpd httpd = Httpd.with()
                .main("KeepAlive Off")
                .limits(WORKERS_32)
                .host("bad", "JVMDaemonProcess bad ${AS1} threads=100\nJVMAlias / ${APPS}/Gate.java")
                .host("good", GOOD)
                .start()) {
            httpd.expect("MJ0036: pool bad: .* 24 of httpd's 32 workers");
            Http.await(httpd.uri("bad", "/?pid"), 200);
            Http.await(httpd.uri("good", "/?pid"), 200);
            Path door = httpd.work().resolve("door");
            var pending = hang(httpd, "bad", door, 60);
            try {
                awaitRefusals(pending, 36);
                assertServesSoon(httpd, "good", 200);
                awaitRefusals(pending, 36);
            } finally {
                Folders.write(door, "");
            }
            assertEndWell(pending, 24);
            assertThat(httpd.log("bad").lines("MJ0036")).hasSize(36);
            assertServesSoon(httpd, "bad", 1);
        }
    }

    @Test
    void shouldCountThoseWhoWaitAsThePools() {
        try (Httpd httpd = Httpd.with()
                .main("KeepAlive Off")
                .limits(WORKERS_32)
                .host("bad", "JVMDaemonProcess bad ${AS1} threads=20 queue-size=100\nJVMAlias / ${APPS}/Gate.java")
                .host("good", GOOD)
                .start()) {
            httpd.expect("MJ0036: pool bad: .* 24 of httpd's 32 workers");
            Http.await(httpd.uri("bad", "/?pid"), 200);
            Http.await(httpd.uri("good", "/?pid"), 200);
            Path door = httpd.work().resolve("door");
            var pending = hang(httpd, "bad", door, 60);
            try {
                awaitRefusals(pending, 36);
                assertServesSoon(httpd, "good", 50);
                assertThat(Http.get(httpd.uri("good", "/?most")).body()).isEqualTo("1");
            } finally {
                Folders.write(door, "");
            }
            assertEndWell(pending, 24);
            assertThat(Http.get(httpd.uri("bad", "/?most")).body()).isEqualTo("20");
        }
    }

    @Test
    void shouldLetNoMoreThanHalfTheWorkersWaitInAllQueues() {
        List<String> bad = List.of("one", "two", "three");
        var builder = Httpd.with().main("KeepAlive Off").limits(WORKERS_32).host("good", GOOD);
        bad.forEach(name -> builder.host(
                name,
                "JVMDaemonProcess " + name
                        + " ${AS1} threads=1 queue-size=100 heap=64m\nJVMAlias / ${APPS}/Gate.java"));
        try (Httpd httpd = builder.start()) {
            httpd.expect("MJ0037: pool (one|two|three): the queues of all pools hold 16 requests, .* 32 workers");
            Stream.concat(bad.stream(), Stream.of("good")).forEach(host -> Http.await(httpd.uri(host, "/?pid"), 200));
            Path door = httpd.work().resolve("door");
            List<CompletableFuture<HttpResponse<String>>> pending = new ArrayList<>();
            bad.forEach(host -> pending.addAll(hang(httpd, host, door, 20)));
            try {
                awaitRefusals(pending, 60 - 3 - 16);
                assertServesSoon(httpd, "good", 50);
            } finally {
                Folders.write(door, "");
            }
            assertEndWell(pending, 3 + 16);
        }
    }

    @Test
    void shouldLetTheOnlyPoolHaveAllWorkers() {
        try (Httpd httpd = Httpd.with()
                .main("KeepAlive Off")
                .limits(WORKERS_32)
                .host("only", "JVMDaemonProcess only ${AS1} threads=100\nJVMAlias / ${APPS}/Gate.java")
                .start()) {
            Http.await(httpd.uri("only", "/?pid"), 200);
            Path door = httpd.work().resolve("door");
            var pending = hang(httpd, "only", door, 30);
            try {
                Await.until(
                        "30 are inside",
                        Await.LONG,
                        () -> Http.get(httpd.uri("only", "/?inside")).body().equals("30"));
            } finally {
                Folders.write(door, "");
            }
            assertEndWell(pending, 30);
        }
    }
}

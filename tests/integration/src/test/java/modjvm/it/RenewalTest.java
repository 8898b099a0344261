package modjvm.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import modjvm.it.harness.Await;
import modjvm.it.harness.Http;
import modjvm.it.harness.Httpd;
import modjvm.it.harness.Load;
import modjvm.it.harness.Proc;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/**
 * Each limit of a daemon, gone beyond: it is replaced, the log says why, and nobody else notices.
 */
@Order(1)
class RenewalTest {
    private static Httpd start(String options) {
        return Httpd.with().host("site", """
                JVMDaemonProcess site ${AS1} %s
                JVMAlias / ${APPS}/Limits.java
                """.formatted(options)).start();
    }

    private static int pid(Httpd httpd) {
        return Integer.parseInt(Http.await(httpd.uri("site", "/?pid"), 200).body());
    }

    private static String awaitEnd(Httpd httpd, int pid, String reason) {
        return httpd.log("site").await("pool site pid " + pid + " ended: " + reason);
    }

    @Test
    void shouldReplaceADaemonOfWhichAThreadIsStuck() {
        try (Httpd httpd = start("request-timeout=1 interrupt-timeout=1 graceful-timeout=30")) {
            httpd.expect("MJ0042|request-timeout|stuckOnPurpose|\\tat ");
            int old = pid(httpd);
            CompletableFuture<HttpResponse<String>> stuck = Http.start(httpd.uri("site", "/?stuck"));

            assertThat(stuck.join().statusCode()).isEqualTo(504);
            httpd.log("site").await("pool site pid " + old + " is replaced: request-timeout");
            httpd.log("site").await("stuckOnPurpose"); // the stack
            awaitEnd(httpd, old, "request-timeout");
            assertThat(pid(httpd)).isNotEqualTo(old);
            // not by graceful-timeout: the stuck request is not waited for
            assertThat(httpd.log("site").lines("graceful-timeout")).isEmpty();
        }
    }

    @Test
    void shouldLetRequestsBesideAStuckOneEnd() {
        try (Httpd httpd = start("request-timeout=4 interrupt-timeout=500ms graceful-timeout=30")) {
            httpd.expect("MJ0042|request-timeout|stuckOnPurpose|\\tat ");
            int old = pid(httpd);
            CompletableFuture<HttpResponse<String>> stuck = Http.start(httpd.uri("site", "/?stuck"));
            Await.until("it is inside", Await.LONG, () -> !stuck.isDone());
            assertThat(stuck.join().statusCode()).isEqualTo(504);

            CompletableFuture<HttpResponse<String>> sibling = Http.start(httpd.uri("site", "/?sleep=2000"));
            httpd.log("site").await("pool site pid " + old + " is replaced: request-timeout");
            assertThat(sibling.join().statusCode()).isEqualTo(200);
            assertThat(sibling.join().body()).isEqualTo(Integer.toString(old));
            awaitEnd(httpd, old, "request-timeout");
        }
    }

    @Test
    void shouldReplaceADaemonAfterItsRequests() {
        try (Httpd httpd = start("maximum-requests=40 processes=2");
                Load load = new Load(httpd.port("site"), "/?sleep=5", 4)) {
            Await.until(
                    "five have served their time",
                    Await.LONG,
                    () -> httpd.log("site").lines("ended: maximum-requests").size() >= 5);
            Map<String, Integer> outcomes = load.stop();
            assertThat(outcomes.keySet()).containsExactly("200");
        }
    }

    @Test
    void shouldReplaceADaemonThatIsOld() {
        try (Httpd httpd = start("restart-interval=2 processes=2");
                Load load = new Load(httpd.port("site"), "/?sleep=5", 4)) {
            Await.until(
                    "four were old",
                    Await.LONG,
                    () -> httpd.log("site").lines("ended: restart-interval").size() >= 4);
            assertThat(load.stop().keySet()).containsExactly("200");
        }
    }

    @Test
    void shouldStopAnIdlePoolAndStartItForTheNextRequest() {
        try (Httpd httpd = start("idle-timeout=1")) {
            int old = pid(httpd);

            awaitEnd(httpd, old, "idle-timeout");
            httpd.awaitDaemons("site", 0);

            HttpResponse<String> next = Http.get(httpd.uri("site", "/?pid"));
            assertThat(next.statusCode()).isEqualTo(200);
            assertThat(next.body()).isNotEqualTo(Integer.toString(old));
            // and while it serves, it is not idle
            assertThat(Http.get(httpd.uri("site", "/?sleep=3000")).body()).isEqualTo(next.body());
        }
    }

    @Test
    void shouldReplaceADaemonThatHoldsTooMuchMemory() {
        try (Httpd httpd = start("memory-limit=300m heap=64m java-option=-XX:MaxDirectMemorySize=1g")) {
            httpd.expect("memory-limit");
            int old = pid(httpd);

            assertThat(Http.get(httpd.uri("site", "/?keep=400")).statusCode()).isEqualTo(200);

            awaitEnd(httpd, old, "memory-limit: \\d+ MB of 300 MB");
            assertThat(pid(httpd)).isNotEqualTo(old);
        }
    }

    @Test
    void shouldReplaceADaemonThatRunsOutOfHeap() {
        try (Httpd httpd = start("heap=32m")) {
            httpd.expect("OutOfMemoryError|MJ0043");
            int old = pid(httpd);

            assertThat(Http.get(httpd.uri("site", "/?exhaust")).statusCode()).isEqualTo(502);

            awaitEnd(httpd, old, "exit code 3: .*OutOfMemoryError");
            assertThat(httpd.log("site").lines("pid " + old + " ended: ")).hasSize(1);
            assertThat(pid(httpd)).isNotEqualTo(old);
        }
    }

    @Test
    void shouldReplaceADaemonWhoseThreadsWaitForEachOther() {
        try (Httpd httpd = start("deadlock-timeout=2")) {
            httpd.expect("deadlock|-handed|\\tat |waits? for");
            int old = pid(httpd);

            Http.get(httpd.uri("site", "/?deadlock"));

            awaitEnd(httpd, old, "deadlock-timeout: .*-handed");
            assertThat(pid(httpd)).isNotEqualTo(old);
        }
    }

    @Test
    void shouldKillADaemonThatSaysNothing() {
        try (Httpd httpd = start("deadlock-timeout=2")) {
            httpd.expect("deadlock-timeout|MJ0043");
            int old = pid(httpd);

            Proc.of(old).orElseThrow().stop();

            awaitEnd(httpd, old, "deadlock-timeout");
            assertThat(pid(httpd)).isNotEqualTo(old);
        }
    }

    @Test
    void shouldGrowWhileRequestsWaitAndShrinkAfterwards() {
        try (Httpd httpd = start("processes=1-3 threads=2")) {
            httpd.awaitReady("site", 1);
            Set<String> served = new HashSet<>();
            try (Load load = new Load(httpd.port("site"), "/?sleep=50", 12)) {
                httpd.awaitReady("site", 3);
                load.awaitMore(200);
                assertThat(httpd.daemons("site")).hasSize(3);
                assertThat(load.stop().keySet()).containsExactly("200");
            }
            Await.until(
                    "it shrinks",
                    Duration.ofSeconds(90),
                    () -> httpd.daemons("site").size() == 1);
            served.add(Http.get(httpd.uri("site", "/?pid")).body());
            assertThat(served).hasSize(1);
            List<String> starts = httpd.log("site").lines("pool site pid \\d+ started");
            assertThat(starts).hasSize(3);
        }
    }
}

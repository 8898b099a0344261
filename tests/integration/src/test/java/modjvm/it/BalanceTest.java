package modjvm.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.Collectors;
import modjvm.it.harness.Await;
import modjvm.it.harness.Folders;
import modjvm.it.harness.Http;
import modjvm.it.harness.Httpd;
import modjvm.it.harness.RawClient;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Requests go to the process with the fewest in flight; what is slow delays nobody while another
 * process has room.
 */
class BalanceTest {
    private static final int FAST = 100;

    @AutoClose
    private static Httpd httpd;

    @BeforeAll
    static void start() {
        httpd = Httpd.with()
                .main("KeepAlive Off")
                .host("trio", "JVMDaemonProcess trio ${AS1} processes=3 threads=2\nJVMAlias / ${APPS}/Gate.java")
                .host("pair", "JVMDaemonProcess pair ${AS1} processes=2 threads=1\nJVMAlias / ${APPS}/Gate.java")
                .start();
        httpd.awaitReady("trio", 3);
        httpd.awaitReady("pair", 2);
    }

    /** A request that has begun, and lasts until its file is written. */
    private record Held(Path go, CompletableFuture<HttpResponse<String>> answer) {
        /** Ends it; returns the process that it was in. */
        String release() {
            Folders.write(go, "");
            return answer.join().body().trim();
        }
    }

    private static Held hold(String name) {
        Path go = httpd.work().resolve(name);
        Held held = new Held(go, Http.start(httpd.uri("trio", "/?until=" + go)));
        Await.until(name + " is inside", Await.LONG, () -> Files.exists(Path.of(go + ".inside")));
        return held;
    }

    private static List<Held> hold(String name, int count) {
        List<Held> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            all.add(hold(name + i));
        }
        return all;
    }

    private static String pid(String host) {
        return Http.get(httpd.uri(host, "/?pid")).body();
    }

    @Test
    void shouldSpreadWhatLasts() {
        List<String> pids = hold("spread", 6).stream().map(Held::release).toList();

        assertThat(pids.subList(0, 3)).doesNotHaveDuplicates();
        assertThat(pids.subList(3, 6)).doesNotHaveDuplicates();
    }

    @Test
    void shouldPreferTheProcessThatHasBecomeFree() {
        List<Held> six = hold("free", 6);
        List<String> pids = new ArrayList<>();
        // Both places of one process: the next two can only be there.
        pids.add(six.get(1).release());
        pids.add(six.get(4).release());
        List<String> next = hold("next", 2).stream().map(Held::release).toList();

        assertThat(next).containsExactlyElementsOf(pids);
        List.of(0, 2, 3, 5).forEach(i -> six.get(i).release());
    }

    @Test
    void shouldAnswerWhatIsFastByTheOnePlaceThatIsFree() {
        List<Held> five = hold("five", 5);
        long began = System.nanoTime();
        List<String> pids = new ArrayList<>();
        for (int i = 0; i < FAST; i++) {
            pids.add(pid("trio"));
        }
        Duration took = Duration.ofNanos(System.nanoTime() - began);
        List<String> held = five.stream().map(Held::release).toList();

        assertThat(took).isLessThan(Await.scaled(Duration.ofSeconds(10)));
        assertThat(pids).hasSize(FAST).containsOnly(pids.get(0));
        assertThat(held.stream().collect(Collectors.groupingBy(Function.identity(), Collectors.counting())))
                .hasSize(3)
                .containsEntry(pids.get(0), 1L);
    }

    /**
     * One warm process serves as long as it is enough: its code is compiled, its caches are full,
     * its connections open.
     */
    @Test
    void shouldStayWithOneProcessWhereNothingIsInFlight() {
        List<String> pids = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            pids.add(hold("alone" + i).release());
        }

        assertThat(Collections.frequency(pids, pids.get(0))).isGreaterThanOrEqualTo(15);
    }

    /**
     * httpd believes the place free that an application keeps after its client has left; the daemon
     * knows better.
     */
    @Test
    void shouldNotPauseForAPlaceThatIsNotFree() throws IOException {
        Path go = httpd.work().resolve("deaf");
        try (RawClient client = new RawClient(httpd.port("pair"))) {
            client.send("GET /?deaf=" + go + " HTTP/1.1\r\nHost: x\r\n\r\n");
            Await.until("it is inside", Await.LONG, () -> Files.exists(Path.of(go + ".inside")));
        }
        httpd.log("pair").await("MJ0045");
        // a pause is 50 ms; on a busy machine, most requests take as long without one
        Await.until("a request without a pause", Await.LONG, () -> {
            long began = System.nanoTime();
            assertThat(Http.get(httpd.uri("pair", "/?pid")).statusCode()).isEqualTo(200);
            return System.nanoTime() - began < Duration.ofMillis(40).toNanos();
        });
        Folders.write(go, "");
    }
}

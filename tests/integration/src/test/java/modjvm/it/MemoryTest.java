package modjvm.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import modjvm.it.harness.Await;
import modjvm.it.harness.Clients;
import modjvm.it.harness.Folders;
import modjvm.it.harness.Http;
import modjvm.it.harness.Httpd;
import modjvm.it.harness.Proc;
import modjvm.it.harness.RawClient;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * What a burst of requests has taken, threads, descriptors and memory, is given back when nothing
 * is to be done.
 */
class MemoryTest {
    private static final int BURST = 60;
    /** Those of the JVM and of the host, with room for a later JDK's. */
    private static final int IDLE_THREADS = 30;
    /**
     * 50 to 55 MB were seen where the daemon has compiled its application; more than 90 without
     * giving anything back.
     */
    private static final long IDLE_KB = 75 * 1024;
    /** httpd closes a connection that has been idle for five seconds, within two. */
    private static final Duration LEAST_PAUSE = Duration.ofMillis(4500);

    private static final Duration GREATEST_PAUSE = Duration.ofMillis(7500);

    @AutoClose
    private static Httpd httpd;

    @BeforeAll
    static void start() {
        httpd = Httpd.with()
                .limits(
                        "StartServers 2\nServerLimit 2\nThreadsPerChild 60\nMaxRequestWorkers 120\nMinSpareThreads 1\nMaxSpareThreads 120\n")
                .host("burst", "JVMDaemonProcess burst ${AS1} threads=" + BURST + "\nJVMAlias / ${APPS}/Gate.java")
                .host("pauses", "JVMDaemonProcess pauses ${AS1}\nJVMAlias / ${APPS}/Hello.java")
                .start();
    }

    private static long number(Proc process, String field) {
        return Long.parseLong(process.status().get(field).replace(" kB", ""));
    }

    private static long sockets() {
        return httpd.children().stream()
                .flatMap(child -> child.descriptors().values().stream())
                .filter(target -> target.startsWith("socket:"))
                .count();
    }

    @Test
    void shouldGiveBackWhatABurstHasTaken() {
        Proc daemon = httpd.awaitReady("burst", 1).get(0);
        long socketsBefore = sockets();
        Path go = httpd.work().resolve("go");
        List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
        for (int i = 0; i < BURST; i++) {
            answers.add(Http.start(httpd.uri("burst", "/?until=" + go)));
        }
        Await.until("all are inside", Await.LONG, () -> number(daemon, "Threads") >= BURST);
        Folders.write(go, "");
        for (CompletableFuture<HttpResponse<String>> answer : answers) {
            assertThat(answer.join().statusCode()).isEqualTo(200);
        }
        Await.until("threads end", Await.LONG, () -> number(daemon, "Threads") <= IDLE_THREADS);
        Await.until("memory is given back", Await.LONG, () -> number(daemon, "VmRSS") <= IDLE_KB);
        Await.until("httpd has closed its ends", Await.LONG, () -> sockets() < socketsBefore + BURST / 2);
        assertThat(Http.get(httpd.uri("burst", "/?until=" + go)).statusCode()).isEqualTo(200);
        assertThat(httpd.awaitReady("burst", 1)).containsExactly(daemon);
    }

    @Test
    void shouldLoseNoRequestToAConnectionThatIsBeingClosed() {
        httpd.awaitReady("pauses", 1);
        int port = httpd.port("pauses");
        try (Clients clients = new Clients()) {
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(25);
            clients.start(40, "paused", () -> {
                LockSupport.parkNanos(pause());
                int status = RawClient.get(port, "/").status();
                return status == 200 ? Clients.WELL : Integer.toString(status);
            });
            Await.until("the load has lasted", Await.LONG, () -> System.nanoTime() > end);
            assertThat(clients.stop()).containsOnlyKeys("paused: " + Clients.WELL);
        }
        assertThat(httpd.log("pauses").lines("MJ00[0-9]+")).isEmpty();
    }

    private static long pause() {
        return new Random().nextLong(LEAST_PAUSE.toNanos(), GREATEST_PAUSE.toNanos());
    }
}

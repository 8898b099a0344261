package modjvm.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import modjvm.it.harness.Await;
import modjvm.it.harness.Http;
import modjvm.it.harness.Httpd;
import modjvm.it.harness.Ledgers;
import modjvm.it.harness.Orders;
import modjvm.it.harness.Proc;
import modjvm.it.harness.RawClient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A request that no application has seen is moved to another daemon, its body with it; none is ever
 * run twice. The application counts.
 */
class RetryTest {
    private static final int CLIENTS = 6;
    private static final Duration PART = Duration.ofSeconds(4);
    private static final int KILLS = 4;

    private static String site(String options) {
        return """
                JVMDaemonProcess site ${AS1} %s
                JVMAlias /pid ${APPS}/Facts.java
                JVMAlias / ${APPS}/Ledger.java param.folder=${WORK}
                """.formatted(options);
    }

    private static Random random() {
        long seed = Long.getLong("modjvm.seed", System.nanoTime());
        System.out.println("RetryTest: -Dmodjvm.seed=" + seed);
        return new Random(seed);
    }

    /**
     * Whatever was answered with 200 was run once, and nothing more than once. Returns what was not
     * answered so.
     */
    private static List<String> failures(Map<String, String> outcomes, Ledgers ledgers) {
        List<String> failed = new ArrayList<>();
        assertThat(ledgers.repeated()).isEmpty();
        outcomes.forEach((order, outcome) -> {
            String id = order.split("/")[0];
            if (outcome.equals(Orders.WHOLE)) {
                assertThat(ledgers.begun(id)).as(order).hasSize(1).isEqualTo(ledgers.ended(id));
            } else if (!outcome.equals(Orders.LEFT)) {
                failed.add(order + ": " + outcome);
            }
        });
        return failed;
    }

    private static boolean isOver(long began) {
        return System.nanoTime() - began > PART.toNanos();
    }

    /**
     * Clients that leave have their requests hold places that httpd believes free: the daemons
     * refuse what comes.
     */
    @ParameterizedTest(name = "{0} threads")
    @ValueSource(ints = {1, 2})
    void shouldMoveWhatAFullDaemonRefuses(int threads) {
        Random random = random();
        try (Httpd httpd = Httpd.with()
                .host("site", site("processes=2 threads=" + threads))
                .start()) {
            httpd.awaitReady("site", 2);
            try (Orders orders = new Orders(httpd.port("site"), CLIENTS, random.nextLong(), 10)) {
                long began = System.nanoTime();
                while (!isOver(began)) {
                    orders.awaitMore(10);
                }
                Map<String, String> outcomes = orders.stop();
                System.out.println("RetryTest, full: " + orders.summary());

                assertThat(failures(outcomes, Ledgers.read(httpd.work()))).isEmpty();
                assertThat(orders.count(Orders.LEFT)).isPositive();
            }
        }
    }

    @Test
    void shouldLoseNothingWhereDaemonsDrain() {
        Random random = random();
        try (Httpd httpd =
                Httpd.with().host("site", site("processes=2 threads=2")).start()) {
            List<Proc> old = httpd.awaitReady("site", 2);
            try (Orders orders = new Orders(httpd.port("site"), CLIENTS, random.nextLong(), 0)) {
                long began = System.nanoTime();
                int rounds = 0;
                for (; !isOver(began); rounds++) {
                    orders.awaitMore(20);
                    httpd.rewriteHost("site", site("processes=2 threads=2 env=ROUND=" + rounds));
                    httpd.graceful();
                    if (random.nextInt(3) > 0) { // else the next comes while these still start
                        old = awaitOthers(httpd, old);
                    }
                }
                orders.awaitMore(20);
                Map<String, String> outcomes = orders.stop();
                System.out.println("RetryTest, " + rounds + " drains: " + orders.summary());

                assertThat(failures(outcomes, Ledgers.read(httpd.work()))).isEmpty();
            }
        }
    }

    private static List<Proc> awaitOthers(Httpd httpd, List<Proc> old) {
        Await.until("the old ones end", Await.LONG, () -> old.stream().noneMatch(Proc::isAlive));
        return httpd.awaitReady("site", 2);
    }

    /**
     * Trailers make one message of more than a daemon reads at once: that it left some unread does
     * not mean that it read none.
     */
    @Test
    void shouldRunNothingTwiceBecauseItsTrailersWereNotRead() throws IOException {
        try (Httpd httpd =
                Httpd.with().host("site", site("processes=2 threads=2")).start()) {
            httpd.expect("MJ0043|ended: exit code 9");
            httpd.awaitReady("site", 2);
            String body = "x".repeat(14_000);
            String trailers = "X-A: " + "a".repeat(4000) + "\r\nX-B: " + "b".repeat(4000) + "\r\n";
            try (RawClient client = new RawClient(httpd.port("site"))) {
                client.send("POST /?once,halt HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                        + Integer.toHexString(body.length()) + "\r\n" + body + "\r\n0\r\n" + trailers + "\r\n");
                assertThat(client.receiveHead().status()).isEqualTo(502);
            }
            assertThat(Ledgers.read(httpd.work()).begun("once")).hasSize(1);
        }
    }

    @Test
    void shouldLoseOnlyWhatAKilledDaemonHadBegun() {
        Random random = random();
        try (Httpd httpd =
                Httpd.with().host("site", site("processes=3 threads=2")).start()) {
            httpd.expect("pool site pid \\d+ ended: signal 9|MJ0043");
            Set<Integer> killed = new HashSet<>();
            try (Orders orders = new Orders(httpd.port("site"), CLIENTS, random.nextLong(), 0)) {
                for (int i = 0; i < KILLS; i++) {
                    List<Proc> now = httpd.awaitReady("site", 3);
                    orders.awaitMore(50);
                    Proc victim = now.get(random.nextInt(now.size()));
                    if (random.nextBoolean()) { // requests gather that it cannot read
                        victim.stop();
                        orders.awaitMore(30);
                    }
                    victim.signal("KILL");
                    killed.add(victim.pid());
                    Await.until("it is gone", Await.LONG, () -> !victim.isAlive());
                }
                orders.awaitMore(100);
                Map<String, String> outcomes = orders.stop();
                System.out.println("RetryTest, kills: " + orders.summary());

                Ledgers ledgers = Ledgers.read(httpd.work());
                List<String> failed = failures(outcomes, ledgers);
                assertThat(failed)
                        .allMatch(f -> f.endsWith(": 502"))
                        .allSatisfy(f ->
                                assertThat(ledgers.begun(f.split("/")[0])).as(f).isSubsetOf(killed));
                // Read by the daemon, but killed before the application had its first line done:
                // httpd cannot tell, so it must not try again.
                List<String> between = failed.stream()
                        .filter(f -> ledgers.begun(f.split("/")[0]).isEmpty())
                        .toList();
                assertThat(between).hasSizeLessThanOrEqualTo(KILLS / 2);
            }
        }
    }

    /** A stopped process reads nothing, so that nothing in its socket can have been seen. */
    @ParameterizedTest(name = "{0} bytes")
    @ValueSource(ints = {0, 100, 10_000, 16_384, 20_000, 200_000})
    void shouldMoveWhatAStoppedDaemonHasNotRead(int size) {
        try (Httpd httpd = Httpd.with().host("site", site("processes=2")).start()) {
            httpd.expect("pool site pid \\d+ ended: signal 9");
            httpd.awaitReady("site", 2);
            for (int round = 0; round < 2; round++) { // over a new connection, and over one that was used before
                httpd.awaitReady("site", 2);
                int first = pid(httpd);
                Proc victim = Proc.of(first).orElseThrow();
                victim.stop();
                String id = "stopped" + round;
                CompletableFuture<Integer> answer = CompletableFuture.supplyAsync(() -> order(httpd, id, size));
                Await.until(
                        "httpd has sent the request and waits",
                        Await.LONG,
                        () -> httpd.children().stream().anyMatch(child -> child.isWaitingIn("poll_")));
                victim.signal("KILL");

                assertThat(answer.join()).isEqualTo(200);
                assertThat(Ledgers.read(httpd.work()).begun(id)).hasSize(1).doesNotContain(first);
            }
        }
    }

    private static int pid(Httpd httpd) {
        return Integer.parseInt(Http.get(httpd.uri("site", "/pid?pid")).body());
    }

    private static int order(Httpd httpd, String id, int size) {
        try (RawClient client = new RawClient(httpd.port("site"))) {
            String method = size == 0 ? "GET" : "POST";
            client.send(method + " /?" + id + ",0 HTTP/1.1\r\nHost: x\r\nContent-Length: " + size + "\r\n\r\n");
            client.output().write(new byte[size]);
            return client.receive().status();
        } catch (IOException e) {
            throw new CompletionException(e);
        }
    }
}

package modjvm.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import modjvm.it.harness.Await;
import modjvm.it.harness.Http;
import modjvm.it.harness.Httpd;
import modjvm.it.harness.Proc;
import modjvm.it.harness.RawClient;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * What silent tunnels may hold of httpd's 128 workers: half of them one pool's, three quarters all
 * of them.
 */
class TunnelTest {
    private static final int OF_POOL = 64;
    private static final int OF_ALL = 96;

    @AutoClose
    private static Httpd httpd;

    @BeforeAll
    static void start() {
        httpd = Httpd.with()
                .limits("StartServers 1\nServerLimit 1\nThreadLimit 128\nThreadsPerChild 128\nMaxRequestWorkers 128")
                .host("one", "JVMDaemonProcess one ${AS1}\nJVMAlias /ws ${APPS}/Sockets.java")
                .host("two", "JVMDaemonProcess two ${AS2}\nJVMAlias /ws ${APPS}/Sockets.java")
                .host("brief", "JVMDaemonProcess brief ${AS1} tunnel-timeout=2\nJVMAlias /ws ${APPS}/Sockets.java")
                .host("calm", """
                        JVMDaemonProcess calm ${AS1} graceful-timeout=1 reload-marker=${WORK}/calm.marker
                        JVMAlias /ws ${APPS}/Sockets.java
                        """)
                .start();
        httpd.expect("MJ0052|AH10159|MJ0043|signal 9|AH00052|exit signal Killed");
        httpd.awaitReady("one", 1);
        httpd.awaitReady("two", 1);
        httpd.awaitReady("brief", 1);
        httpd.awaitReady("calm", 1);
    }

    private static RawClient ask(String host) throws IOException {
        return new RawClient(httpd.port(host))
                .send("GET /ws?raw HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: raw/1\r\n\r\n");
    }

    /** Opens tunnels until there are no more to be had. */
    private static List<RawClient> fill(String host) {
        List<RawClient> open = new ArrayList<>();
        try {
            while (true) {
                RawClient client = ask(host);
                RawClient.Head head = client.receiveHead();
                if (head.status() != 101) {
                    assertThat(head.status()).isEqualTo(503);
                    assertThat(head.first("Retry-After")).isNotEmpty();
                    client.close();
                    return open;
                }
                open.add(client);
                assertThat(open).as("tunnels of one pool").hasSizeLessThanOrEqualTo(OF_POOL);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Opens all tunnels that a pool may have. Places are given back a moment after their tunnels
     * have ended.
     */
    private static List<RawClient> fillWhole(String host) {
        List<RawClient> open = new ArrayList<>();
        Await.until("the pool has its share", Await.LONG, () -> {
            open.addAll(fill(host));
            return open.size() == OF_POOL;
        });
        return open;
    }

    private static void close(List<RawClient> clients) throws IOException {
        for (RawClient client : clients) {
            client.close();
        }
    }

    @Test
    void shouldLeaveWorkersToOthers() throws Exception {
        List<RawClient> ones = fillWhole("one");
        httpd.log("one").await("MJ0052: pool one: it has 64 tunnels .*128 workers.*tunnel-timeout; 503");
        assertThat(Http.get(httpd.uri("one", "/ws?pid")).statusCode()).isEqualTo(200);
        List<RawClient> twos = fill("two");
        assertThat(twos).hasSize(OF_ALL - OF_POOL);
        httpd.log("two").await("MJ0052: pool two: all pools together have 96 tunnels .*; 503");
        assertThat(Http.get(httpd.uri("two", "/ws?pid")).statusCode()).isEqualTo(200);
        close(ones);
        close(twos);
        close(fillWhole("two"));
    }

    @Test
    void shouldTakeBackWhatADaemonHeldThatWasKilled() throws Exception {
        List<RawClient> ones = fillWhole("one");
        httpd.awaitReady("one", 1).get(0).signal("KILL");
        for (RawClient client : ones) {
            assertThat(client.input().read()).isEqualTo(-1);
        }
        close(ones);
        httpd.awaitReady("one", 1);
        close(fillWhole("one"));
    }

    @Test
    void shouldTakeBackWhatAChildOfHttpdHeldThatWasKilled() throws Exception {
        List<RawClient> ones = fillWhole("one");
        int parent = httpd.parent().pid();
        for (Proc process : httpd.processes()) {
            if (process.parent() == parent && process.program().endsWith("/apache2")) {
                process.signal("KILL");
            }
        }
        close(ones);
        Await.until("another child serves", Await.LONG, () -> {
            try {
                return Http.get(httpd.uri("one", "/ws?pid")).statusCode() == 200;
            } catch (RuntimeException | AssertionError e) {
                return false;
            }
        });
        close(fillWhole("one"));
    }

    @Test
    void shouldCloseWhatIsSilentForTooLong() throws Exception {
        try (RawClient silent = ask("brief");
                RawClient active = ask("brief")) {
            assertThat(silent.receiveHead().status()).isEqualTo(101);
            assertThat(active.receiveHead().status()).isEqualTo(101);
            long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(4);
            while (System.nanoTime() < until) {
                active.send("more");
                assertThat(new String(active.input().readNBytes(4), StandardCharsets.US_ASCII))
                        .isEqualTo("more");
            }
            assertThat(silent.input().read()).isEqualTo(-1);
            httpd.log("brief").await("MJ0053: pool brief pid \\d+: tunnel-timeout: .*2000 ms");
        }
    }

    private static RawClient open(String host, String query) throws IOException {
        RawClient client = new RawClient(httpd.port(host));
        client.send("GET /ws?" + query + " HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
        assertThat(client.receiveHead().status()).isEqualTo(101);
        return client;
    }

    /** A server's Close of 1001 without a reason, and the end of the connection. */
    private static void awaitGoodbye(RawClient client) throws IOException {
        assertThat(client.input().readAllBytes()).containsExactly(0x88, 2, 3, 0xe9);
    }

    @Test
    void shouldCloseASilentWebSocketWith1001() throws Exception {
        try (RawClient silent = open("brief", "unpinged")) {
            awaitGoodbye(silent);
        }
        assertThat(Http.get(httpd.uri("brief", "/ws?open")).body()).isEqualTo("0");
    }

    /** Half of what is silent for longer than tunnel-timeout lives, and says so. */
    @Test
    void shouldKeepASilentClientThatAnswersPings() throws Exception {
        try (RawClient client = open("brief", "echo")) {
            int pings = 0;
            for (long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(5); System.nanoTime() < until; pings++) {
                assertThat(client.input().readNBytes(2)).containsExactly(0x89, 0);
                client.output().write(new byte[] {(byte) 0x8a, (byte) 0x80, 0, 0, 0, 0});
            }
            assertThat(pings).isGreaterThanOrEqualTo(3);
            client.output().write(new byte[] {(byte) 0x81, (byte) 0x82, 0, 0, 0, 0, 'h', 'i'});
            byte[] next = client.input().readNBytes(4);
            if (next[0] == (byte) 0x89) { // one more Ping was on its way
                next = new byte[] {
                    next[2],
                    next[3],
                    (byte) client.input().read(),
                    (byte) client.input().read()
                };
            }
            assertThat(next).containsExactly(0x81, 2, 'h', 'i');
        }
    }

    @Test
    void shouldCloseWhoAnswersNoPing() throws Exception {
        try (RawClient dead = open("calm", "pinged")) {
            byte[] all = dead.input().readAllBytes(); // after its close timeout, 5 s
            assertThat(all).startsWith(0x89, 0, 0x88, 2 + "no answer to a Ping".length(), 3, 0xe9);
        }
        Await.until(
                "it is gone",
                Await.LONG,
                () -> Http.get(httpd.uri("calm", "/ws?open")).body().equals("0"));
        assertThat(httpd.log("calm").text()).doesNotContain("MJ0043");
    }

    @Test
    void shouldSayGoodbyeWhenTheProcessIsReplaced() throws Exception {
        Proc old = httpd.awaitReady("calm", 1).get(0);
        try (RawClient client = open("calm", "unpinged")) {
            Files.writeString(httpd.work().resolve("calm.marker"), "again");
            awaitGoodbye(client);
        }
        Await.until("the process has ended", Await.LONG, () -> !old.isAlive());
        httpd.awaitReady("calm", 1);
    }
}

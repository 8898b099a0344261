package modjvm.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
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

/** What silent tunnels may hold of httpd's 128 workers: half of them one pool's, three quarters all of them. */
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
                .start();
        httpd.expect("MJ0052|AH10159|MJ0043|signal 9|AH00052|exit signal Killed");
        httpd.awaitReady("one", 1);
        httpd.awaitReady("two", 1);
        httpd.awaitReady("brief", 1);
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
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Opens all tunnels that a pool may have. Places are given back a moment after their tunnels have ended. */
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
}

package modjvm.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import modjvm.it.harness.Await;
import modjvm.it.harness.Folders;
import modjvm.it.harness.Http;
import modjvm.it.harness.Httpd;
import modjvm.it.harness.Proc;
import modjvm.it.harness.RawClient;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * For how long httpd puts up with a daemon that says nothing, and that nobody else's slowness is
 * taken for it.
 */
class PatienceTest {
    private static final String SILENCE = "socket-timeout: the daemon sent and accepted nothing for 1000 ms; ";
    private static final long LONGER_NANOS = Duration.ofMillis(2500).toNanos();

    @AutoClose
    private static Httpd httpd;

    @BeforeAll
    static void start() {
        httpd = Httpd.with()
                .main("KeepAlive Off\nTimeout 60")
                .host("short", """
                        JVMDaemonProcess short ${AS1} socket-timeout=1 deadlock-timeout=0
                        JVMAlias /gate ${APPS}/Gate.java
                        JVMAlias /flow ${APPS}/Flow.java
                        JVMAlias /sockets ${APPS}/Sockets.java
                        JVMAlias /trickle ${APPS}/Trickle.java
                        """)
                .host("long", """
                        JVMDaemonProcess long ${AS1} socket-timeout=0
                        JVMAlias / ${APPS}/Gate.java
                        """)
                .host("stopped", """
                        JVMDaemonProcess stopped ${AS1} socket-timeout=1 deadlock-timeout=0
                        JVMAlias / ${APPS}/Flow.java
                        """)
                .host("pair", """
                        JVMDaemonProcess pair ${AS1} processes=2 listen-backlog=1 connect-timeout=1 deadlock-timeout=0
                        JVMAlias / ${APPS}/Gate.java
                        """)
                .host("single", """
                        JVMDaemonProcess single ${AS1} listen-backlog=1 connect-timeout=0 deadlock-timeout=0
                        JVMAlias / ${APPS}/Gate.java
                        """)
                .start();
        for (String host : List.of("short", "long", "stopped", "single")) {
            httpd.awaitReady(host, 1);
        }
        httpd.awaitReady("pair", 2);
        httpd.expect("MJ0049: pool (short|stopped) pid \\d+: socket-timeout");
        httpd.expect("MJ0038: pool pair pid \\d+: connect-timeout");
        // what the host says of requests that httpd has given up
        httpd.expect("\\[pool (short|stopped)\\]");
    }

    @Test
    void shouldAnswer504WhereNothingComes() {
        Path go = httpd.work().resolve("go-silent");
        long before = System.nanoTime();

        HttpResponse<String> late = Http.get(httpd.uri("short", "/gate?until=" + go));

        assertThat(late.statusCode()).isEqualTo(504);
        assertThat(Duration.ofNanos(System.nanoTime() - before))
                .isBetween(Duration.ofMillis(900), Await.scaled(Duration.ofSeconds(6)));
        httpd.log("short").await(SILENCE + "504");
        Folders.write(go, "");
    }

    @Test
    void shouldBreakOffAResponseOfWhichNothingMoreComes() throws IOException {
        Path go = httpd.work().resolve("go-half");
        try (RawClient client = new RawClient(httpd.port("short"))) {
            client.send("GET /gate?stream=" + go + " HTTP/1.1\r\nHost: x\r\n\r\n");
            RawClient.Head head = client.receiveHead();
            assertThat(head.status()).isEqualTo(200);

            assertThatThrownBy(() -> client.body(head).readAllBytes()).isInstanceOf(IOException.class);
        } finally {
            Folders.write(go, "");
        }
        httpd.log("short").await(SILENCE + "the response is broken off");
    }

    /** Each timeout works by itself. */
    @Test
    void shouldWaitForEverWithoutATimeout() {
        Path go = httpd.work().resolve("go-long");
        var pending = Http.start(httpd.uri("long", "/?until=" + go));

        LockSupport.parkNanos(LONGER_NANOS);

        assertThat(pending).isNotDone();
        Folders.write(go, "");
        assertThat(pending.join().statusCode()).isEqualTo(200);
    }

    @Test
    void shouldTakeALittleAtATimeForNoSilence() {
        HttpResponse<String> slow = Http.get(httpd.uri("short", "/trickle?" + 8));

        assertThat(slow.statusCode()).isEqualTo(200);
        assertThat(slow.body()).isEqualTo("........");
    }

    @Test
    void shouldNotBlameTheDaemonForASlowUpload() throws IOException {
        try (RawClient client = new RawClient(httpd.port("short"))) {
            client.send("POST /flow?up HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n");
            for (int i = 0; i < 2; i++) {
                LockSupport.parkNanos(LONGER_NANOS);
                client.output().write(new byte[50_000]);
            }

            assertThat(client.receive().text()).startsWith("100000 ");
        }
    }

    @Test
    void shouldNotBlameTheDaemonForAClientThatDoesNotRead() throws IOException {
        long length = 20_000_000;
        try (RawClient client = new RawClient(httpd.port("short"))) {
            client.send("GET /flow?known=" + length + " HTTP/1.1\r\nHost: x\r\n\r\n");
            RawClient.Head head = client.receiveHead();

            LockSupport.parkNanos(LONGER_NANOS);

            try (InputStream body = client.body(head)) {
                assertThat(body.transferTo(OutputStream.nullOutputStream())).isGreaterThanOrEqualTo(length);
            }
        }
    }

    @Test
    void shouldLeaveTunnelsAlone() throws IOException {
        try (RawClient client = new RawClient(httpd.port("short"))) {
            client.send("GET /sockets?raw HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: raw/1\r\n\r\n");
            assertThat(client.receiveHead().status()).isEqualTo(101);

            LockSupport.parkNanos(LONGER_NANOS);

            client.send("still there");
            assertThat(new String(client.input().readNBytes(11))).isEqualTo("still there");
        }
    }

    @Test
    void shouldAnswer504WhereNothingIsTaken() throws IOException {
        Proc daemon = httpd.awaitReady("stopped", 1).get(0);
        daemon.stop();
        try (RawClient client = new RawClient(httpd.port("stopped"))) {
            // a head of that length fills the socket before it is sent
            client.send("GET /?status=200 HTTP/1.1\r\nHost: x\r\n");
            for (int i = 0; i < 90; i++) {
                client.send("X-" + i + ": " + "x".repeat(8_000) + "\r\n");
            }
            client.send("\r\n");

            assertThat(client.receiveHead().status()).isEqualTo(504);
        } finally {
            daemon.signal("CONT");
        }
        httpd.log("stopped").await(SILENCE + "504");
        Http.await(httpd.uri("stopped", "/?status=200"), 200);
    }

    /** One of two does not accept: what its backlog does not hold goes to the other. */
    @Test
    void shouldTryAnotherDaemonWhereTheBacklogIsFull() {
        Path go = httpd.work().resolve("go-pair");
        Proc stopped = httpd.daemons("pair").get(0);
        stopped.stop();
        List<CompletableFuture<HttpResponse<String>>> pending = new ArrayList<>();
        try {
            for (int i = 0; i < 10; i++) {
                pending.add(Http.start(httpd.uri("pair", "/?until=" + go)));
            }
            Await.until(
                    "those that find no place in the backlog are tried elsewhere",
                    Await.LONG,
                    () -> httpd.log("pair")
                                    .lines(
                                            "pool pair pid " + stopped.pid()
                                                    + ": connect-timeout: its backlog was full for 1000 ms; another daemon is tried")
                                    .size()
                            >= 3);
            Folders.write(go, "");
            Await.until("the other answers", Await.LONG, () -> done(pending) == 8);
        } finally {
            stopped.signal("CONT");
            Folders.write(go, "");
        }
        assertThat(pending).allSatisfy(p -> assertThat(p.join().statusCode()).isEqualTo(200));
    }

    private static long done(List<CompletableFuture<HttpResponse<String>>> pending) {
        return pending.stream().filter(CompletableFuture::isDone).count();
    }

    /** Without connect-timeout it waits as long as the client does, and no longer. */
    @Test
    void shouldWaitForAFullBacklogAsLongAsTheClientDoes() throws IOException {
        Proc stopped = httpd.daemons("single").get(0);
        stopped.stop();
        List<RawClient> clients = new ArrayList<>();
        try {
            for (int i = 0; i < 4; i++) {
                RawClient client = new RawClient(httpd.port("single"));
                client.send("GET /?pid HTTP/1.1\r\nHost: x\r\n\r\n");
                clients.add(client);
            }
            LockSupport.parkNanos(LONGER_NANOS);
            assertThat(httpd.log("single").lines("MJ00(38|33|35)")).isEmpty();
            for (RawClient client : clients) {
                assertThat(client.input().available()).isZero();
                client.close();
            }
            // two of them had a connection, two had none
            Await.until(
                    "httpd gives all of them up",
                    Await.LONG,
                    () -> httpd.log("single").lines("MJ0045").size() == 4);
        } finally {
            stopped.signal("CONT");
        }
        assertThat(Http.get(httpd.uri("single", "/?pid")).statusCode()).isEqualTo(200);
    }
}

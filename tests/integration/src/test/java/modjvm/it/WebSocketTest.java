package modjvm.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import modjvm.it.harness.Await;
import modjvm.it.harness.Http;
import modjvm.it.harness.Http2Client;
import modjvm.it.harness.Httpd;
import modjvm.it.harness.Proc;
import modjvm.it.harness.RawClient;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Upgrades through httpd: the JDK's client, raw sockets, and HTTP/2. The pool has two threads: a
 * tunnel takes none of them.
 */
class WebSocketTest {
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    @AutoClose
    private static Httpd httpd;

    @BeforeAll
    static void start() {
        httpd = Httpd.with()
                .module("http2", "reqtimeout")
                .limits("StartServers 1\nServerLimit 1\nThreadLimit 300\nThreadsPerChild 300\nMaxRequestWorkers 300")
                .host("site", """
                        Protocols h2c http/1.1
                        H2WebSockets on
                        Timeout 5
                        RequestReadTimeout header=3 body=3
                        CustomLog ${WORK}/access.log "%>s %U%q"
                        JVMDaemonProcess site ${AS1} threads=2 heap=64m
                        JVMAlias /ws ${APPS}/Sockets.java
                        """)
                .start();
        httpd.expect("MJ0041|MJ0043|MJ0047|failed on purpose|ended: exit code 9|AH10159|WebSocket");
        httpd.awaitReady("site", 1);
    }

    /** Collects what comes, as text. */
    private static final class Listener implements WebSocket.Listener {
        private final BlockingQueue<String> events = new LinkedBlockingQueue<>();
        private final StringBuilder text = new StringBuilder();
        private int bytes;

        @Override
        public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
            text.append(data);
            if (last) {
                events.add("text " + text);
                text.setLength(0);
            }
            socket.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean last) {
            bytes += data.remaining();
            if (last) {
                events.add("binary " + bytes);
                bytes = 0;
            }
            socket.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onPong(WebSocket socket, ByteBuffer message) {
            events.add("pong " + StandardCharsets.UTF_8.decode(message));
            socket.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
            events.add("close " + code + " " + reason);
            return null;
        }

        @Override
        public void onError(WebSocket socket, Throwable error) {
            events.add("error " + error);
        }

        String next() throws InterruptedException {
            String event = events.poll(Await.LONG.toSeconds(), TimeUnit.SECONDS);
            assertThat(event).as("an event in time").isNotNull();
            return event;
        }
    }

    private static URI uri(String query) {
        return URI.create("ws://127.0.0.1:" + httpd.port("site") + "/ws?" + query);
    }

    private static WebSocket open(String query, Listener listener) {
        return CLIENT.newWebSocketBuilder().buildAsync(uri(query), listener).join();
    }

    private static String ask(String query) {
        return Http.get(httpd.uri("site", "/ws?" + query)).body();
    }

    private static long counted(String what) {
        return Long.parseLong(ask(what));
    }

    @Test
    void shouldCarryMessagesBothWays() throws Exception {
        Listener listener = new Listener();
        WebSocket socket = open("echo", listener);
        for (int i = 0; i < 100; i++) {
            socket.sendText("message " + i, true).join();
            assertThat(listener.next()).isEqualTo("text message " + i);
        }
        socket.sendClose(1000, "bye").join();
        assertThat(listener.next()).startsWith("close 1000");
        Await.until("the access log has it", Await.LONG, () -> accessLog().contains("101 /ws?echo\n"));
    }

    @Test
    void shouldCarryLargeMessages() throws Exception {
        byte[] megabyte = new byte[1 << 20];
        new Random(1).nextBytes(megabyte);
        Listener listener = new Listener();
        WebSocket socket = open("echo", listener);
        for (int i = 0; i < 8; i++) {
            socket.sendBinary(ByteBuffer.wrap(megabyte), true).join();
            assertThat(listener.next()).isEqualTo("binary " + megabyte.length);
        }
        socket.sendBinary(ByteBuffer.wrap(new byte[(1 << 20) + 1]), true).join();
        assertThat(listener.next()).startsWith("close 1009");
    }

    @Test
    void shouldPutFragmentsTogether() throws Exception {
        Listener listener = new Listener();
        WebSocket socket = open("echo", listener);
        socket.sendText("one ", false).join();
        socket.sendPing(ByteBuffer.wrap("between".getBytes(StandardCharsets.UTF_8)))
                .join();
        socket.sendText("two ", false).join();
        socket.sendText("three", true).join();
        assertThat(listener.next()).isEqualTo("pong between");
        assertThat(listener.next()).isEqualTo("text one two three");
        socket.abort();
    }

    @Test
    void shouldPassCloseCodesOn() throws Exception {
        assertThat(closeOf("leave")).isEqualTo("4321 enough");
        assertThat(closeOf("fail")).startsWith("1011");
        httpd.log("site").await("failed on purpose");
    }

    /**
     * The Close frame that ends a WebSocket, as the wire has it: the JDK's client may see the end
     * of the connection first.
     */
    private static String closeOf(String query) throws IOException {
        try (RawClient client = new RawClient(httpd.port("site"))) {
            client.send("GET /ws?" + query + " HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                    + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
            assertThat(client.receiveHead().status()).isEqualTo(101);
            byte[] frame = client.input().readAllBytes();
            assertThat(frame[0]).isEqualTo((byte) 0x88);
            assertThat(frame[1]).isEqualTo((byte) (frame.length - 2));
            int code = (frame[2] & 0xff) << 8 | frame[3] & 0xff;
            return code + " " + new String(frame, 4, frame.length - 4, StandardCharsets.UTF_8);
        }
    }

    @Test
    void shouldAgreeOnASubprotocol() {
        WebSocket socket = CLIENT.newWebSocketBuilder()
                .subprotocols("chat.1", "chat.2")
                .buildAsync(uri("chat"), new Listener())
                .join();
        assertThat(socket.getSubprotocol()).isEqualTo("chat.2");
        socket.abort();
    }

    @Test
    void shouldRefuseAnotherOrigin() {
        assertThatThrownBy(() -> CLIENT.newWebSocketBuilder()
                        .header("Origin", "http://elsewhere.example")
                        .buildAsync(uri("echo"), new Listener())
                        .join())
                .isInstanceOf(CompletionException.class)
                .cause()
                .isInstanceOfSatisfying(
                        WebSocketHandshakeException.class,
                        e -> assertThat(e.getResponse().statusCode()).isEqualTo(403));
    }

    @Test
    void shouldNotUpgradeWhoDoesNotAsk() {
        assertThat(Http.get(httpd.uri("site", "/ws?echo")).statusCode()).isBetween(400, 426);
        assertThat(Http.get(httpd.uri("site", "/ws?unasked")).statusCode()).isEqualTo(502);
    }

    @Test
    void shouldTunnelAnyProtocol() throws IOException {
        try (RawClient client = upgradeRaw()) {
            client.send("more");
            client.shutdownOutput();
            assertThat(new String(client.input().readAllBytes(), StandardCharsets.US_ASCII))
                    .isEqualTo("earlymoreend");
        }
    }

    private static RawClient upgradeRaw() throws IOException {
        RawClient client = new RawClient(httpd.port("site"));
        // the protocol's first bytes leave with the request
        client.send(
                "GET /ws?raw HTTP/1.1\r\nHost: x\r\nConnection: keep-alive, Upgrade\r\nUpgrade: raw/1\r\n\r\nearly");
        RawClient.Head head = client.receiveHead();
        assertThat(head.status()).isEqualTo(101);
        assertThat(head.all("Upgrade")).containsExactly("raw/1");
        assertThat(head.all("Connection")).containsExactly("Upgrade");
        return client;
    }

    @Test
    void shouldStayOpenBeyondTheTimeoutsOfRequests() throws Exception {
        try (RawClient client = upgradeRaw()) {
            assertThat(new String(client.input().readNBytes(5), StandardCharsets.US_ASCII))
                    .isEqualTo("early");
            long quiet = System.nanoTime() + TimeUnit.SECONDS.toNanos(7); // Timeout is 5 s, RequestReadTimeout 3 s
            Await.until("time passes", Await.LONG, () -> System.nanoTime() > quiet);
            client.send("later");
            assertThat(new String(client.input().readNBytes(5), StandardCharsets.US_ASCII))
                    .isEqualTo("later");
        }
    }

    @Test
    void shouldTellTheApplicationOfAClientThatVanished() throws Exception {
        long before = counted("broken");
        WebSocket socket = open("echo", new Listener());
        Await.until("it is open", Await.LONG, () -> counted("open") > 0);
        socket.abort();
        Await.until("the application knows", Await.LONG, () -> counted("broken") > before);
    }

    @Test
    void shouldInterruptAnApplicationThatSendsToNobody() throws Exception {
        Listener listener = new Listener();
        WebSocket socket = open("flood", listener);
        assertThat(listener.next()).isEqualTo("binary 100000");
        socket.abort();
        Await.until("the tunnel ends", Await.LONG, () -> counted("floods") == 0);
    }

    @Test
    void shouldBreakOffWithADaemonThatDies() throws Exception {
        Listener listener = new Listener();
        open("die", listener);
        assertThat(listener.next()).isEqualTo("text last words");
        assertThat(listener.next()).startsWith("close 1006");
        httpd.awaitReady("site", 1);
    }

    @Test
    void shouldKeepTwoHundredIdleOnes() throws Exception {
        Proc daemon = httpd.awaitReady("site", 1).get(0);
        long daemonBefore = rss(daemon);
        List<RawClient> clients = new ArrayList<>();
        try {
            for (int i = 0; i < 200; i++) {
                RawClient client = upgradeRaw();
                clients.add(client);
                assertThat(client.input().readNBytes(5)).hasSize(5);
            }
            // threads=2, and still there is room for requests
            assertThat(ask("pid")).isEqualTo(Integer.toString(daemon.pid()));
            long each = (rss(daemon) - daemonBefore) / clients.size();
            System.out.println("WebSocketTest: an idle tunnel takes " + each + " KiB of the daemon");
            assertThat(each).isLessThan(300);
            for (RawClient client : clients) {
                client.send("hello");
                assertThat(client.input().readNBytes(5)).hasSize(5);
            }
        } finally {
            for (RawClient client : clients) {
                client.close();
            }
        }
    }

    private static long rss(Proc process) {
        return Long.parseLong(process.status().get("VmRSS").split(" ")[0]);
    }

    /** RFC 8441: a masked text frame, as over HTTP/1.1, in DATA. */
    @Test
    void shouldTunnelOverHttp2() throws Exception {
        try (Http2Client client = connect("/ws?echo")) {
            assertThat(client.status()).isEqualTo("200");
            byte[] hello = {(byte) 0x81, (byte) 0x82, 0, 0, 0, 0, 'h', 'i'};
            for (int i = 0; i < 10; i++) {
                client.send(hello);
                assertThat(client.receive().payload()).containsExactly(0x81, 2, 'h', 'i');
            }
            byte[] close = {(byte) 0x88, (byte) 0x82, 0, 0, 0, 0, 3, (byte) 0xe8};
            client.send(close);
            assertThat(client.receive().payload()).containsExactly(0x88, 2, 3, 0xe8);
            assertThat(client.receive().isLast()).isTrue();
        }
    }

    @Test
    void shouldTellTheApplicationOfAStreamThatIsReset() throws Exception {
        long before = counted("interrupted");
        try (Http2Client client = connect("/ws?sleep")) {
            assertThat(client.status()).isEqualTo("200");
            // the client may have its 200 before the application has its socket
            Await.until("the application sleeps", Await.LONG, () -> counted("open") > 0);
            client.reset();
            Await.until("the application knows", Await.LONG, () -> counted("interrupted") > before);
        }
    }

    /** The extended CONNECT of RFC 8441. */
    private static Http2Client connect(String path) throws IOException {
        String[] fields = {
            ":method", "CONNECT",
            ":protocol", "websocket",
            ":scheme", "http",
            ":authority", "x",
            ":path", path,
            "sec-websocket-version", "13"
        };
        return new Http2Client(httpd.port("site"), true, fields);
    }

    private static String accessLog() {
        try {
            return Files.readString(Path.of(httpd.work().toString(), "access.log"));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void shouldEndWhenTheApplicationEnds() throws IOException {
        try (RawClient client = new RawClient(httpd.port("site"))) {
            client.send("GET /ws?leave HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                    + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
            RawClient.Head head = client.receiveHead();
            assertThat(head.status()).isEqualTo(101);
            assertThat(head.first("Sec-WebSocket-Accept")).isEqualTo("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
            assertThat(client.input().readNBytes(10)).startsWith(0x88, 8, 0x10, 0xe1);
            client.output().write(new byte[] {(byte) 0x88, (byte) 0x82, 0, 0, 0, 0, 0x10, (byte) 0xe1});
            assertThat(client.input().read()).isEqualTo(-1);
        }
    }
}

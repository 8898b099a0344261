package modjvm.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import sample.Chat;
import sample.Other;

@Timeout(60)
class UpgradeTest {
    @AutoClose
    private static Site site;

    private static WebApplication application;

    @BeforeAll
    static void start(@TempDir Path root) throws Exception {
        site = new Site(root).classes(Chat.class, Other.class);
        application = site.start("/ws");
    }

    @BeforeEach
    void hearNothing() {
        System.clearProperty("sample.heard");
    }

    private static CompletableFuture<FakeExchange> serve(FakeExchange exchange) {
        CompletableFuture<FakeExchange> served = new CompletableFuture<>();
        new Thread(() -> {
                    try {
                        served.complete(exchange.at("/ws").serve(application));
                    } catch (Throwable e) {
                        served.completeExceptionally(e);
                    }
                })
                .start();
        return served;
    }

    private static FakeExchange webSocket() {
        return FakeExchange.get("/ws/chat/red")
                .header("Host", "www.example.com:8080")
                .header("Upgrade", "websocket")
                .header("Connection", "Upgrade")
                .header("Sec-WebSocket-Version", "13")
                .header("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==");
    }

    /** A frame with a mask that changes nothing. */
    private static byte[] frame(int opcode, byte... payload) {
        byte[] frame = new byte[6 + payload.length];
        frame[0] = (byte) (0x80 | opcode);
        frame[1] = (byte) (0x80 | payload.length);
        System.arraycopy(payload, 0, frame, 6, payload.length);
        return frame;
    }

    private static byte[] text(String text) {
        return frame(1, text.getBytes(StandardCharsets.US_ASCII));
    }

    @Test
    void shouldTalkToAWebSocketEndpoint() throws Exception {
        FakeExchange exchange = webSocket();
        CompletableFuture<FakeExchange> served = serve(exchange);
        exchange.tunnel.send(text("hello"));
        byte[] first = exchange.tunnel.received(11);
        exchange.tunnel.send(text("again"));
        byte[] both = exchange.tunnel.received(22);
        exchange.tunnel.send(frame(8, (byte) 3, (byte) 0xe8));
        served.get();

        assertThat(new String(first, 2, 9, StandardCharsets.US_ASCII)).isEqualTo("red hello");
        assertThat(new String(both, 13, 9, StandardCharsets.US_ASCII)).isEqualTo("red again");
        assertThat(exchange.upgraded.first("Sec-WebSocket-Accept")).contains("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
        assertThat(exchange.upgraded.all("Upgrade")).containsExactly("websocket");
        assertThat(exchange.upgraded.contains("Connection")).isFalse();
        assertThat(System.getProperty("sample.heard")).isEqualTo("closed 1000");
        assertThat(exchange.tunnel.isClosed).isTrue();
    }

    @Test
    void shouldTellAWebSocketThatTheProcessEnds() throws Exception {
        FakeExchange exchange = webSocket();
        CompletableFuture<FakeExchange> served = serve(exchange);
        exchange.tunnel.send(text("hello"));
        exchange.tunnel.received(11);
        exchange.tunnel.goAway();
        served.get();

        byte[] all = exchange.tunnel.received(15);
        assertThat(Arrays.copyOfRange(all, 11, 12)).containsExactly(0x88);
        assertThat((all[13] & 0xff) * 256 + (all[14] & 0xff)).isEqualTo(1001);
    }

    @Test
    void shouldTellAWebSocketThatTheClientHasLeft() throws Exception {
        FakeExchange exchange = webSocket();
        CompletableFuture<FakeExchange> served = serve(exchange);
        exchange.tunnel.send(text("hello"));
        exchange.tunnel.received(11);
        exchange.tunnel.leave();
        served.get();

        assertThat(System.getProperty("sample.heard")).isEqualTo("closed 1006");
    }

    @ParameterizedTest
    @ValueSource(strings = {"wait", "listen"})
    void shouldHandAConnectionToAnUpgradeHandler(String how) throws Exception {
        FakeExchange exchange = FakeExchange.get("/ws/other?" + how).header("Upgrade", "echo");
        CompletableFuture<FakeExchange> served = serve(exchange);
        exchange.tunnel.send("ab".getBytes(StandardCharsets.US_ASCII));
        exchange.tunnel.received(2);
        exchange.tunnel.send("cd.".getBytes(StandardCharsets.US_ASCII));
        served.get();

        assertThat(exchange.tunnel.received(4))
                .asString(StandardCharsets.US_ASCII)
                .isEqualTo("abcd");
        assertThat(exchange.tunnel.isClosed).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"wait", "listen"})
    void shouldTellAnUpgradeHandlerOfTheEnd(String how) throws Exception {
        FakeExchange exchange = FakeExchange.get("/ws/other?" + how).header("Upgrade", "echo");
        CompletableFuture<FakeExchange> served = serve(exchange);
        exchange.tunnel.send("ab".getBytes(StandardCharsets.US_ASCII));
        exchange.tunnel.received(2);
        exchange.tunnel.end();
        served.get();

        assertThat(exchange.tunnel.isClosed).isTrue();
    }
}

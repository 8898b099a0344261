package modjvm;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket.Listener;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Against a client that others have written: the JDK's. */
@Timeout(20)
class WebSocketClientTest {
    private static final int LONG = 100_000;

    @Test
    void shouldUnderstandTheClientOfTheJdk() throws Exception {
        Heard heard = new Heard();
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread thread = new Thread(() -> serve(server, heard));
            thread.start();
            java.net.http.WebSocket client = HttpClient.newHttpClient()
                    .newWebSocketBuilder()
                    .subprotocols("other", "echo")
                    .buildAsync(URI.create("ws://127.0.0.1:" + server.getLocalPort() + "/"), heard)
                    .join();
            client.sendText("Gr\u00fc", false).join();
            client.sendPing(ByteBuffer.wrap(new byte[] {1})).join();
            client.sendText("\u00dfe", true).join();
            client.sendBinary(ByteBuffer.allocate(LONG), true).join();

            assertThat(client.getSubprotocol()).isEqualTo("echo");
            assertThat(heard.all.take()).isEqualTo("pong 1");
            assertThat(heard.all.take()).isEqualTo("text Gr\u00fc\u00dfe");
            assertThat(heard.all.take()).isEqualTo("binary " + LONG);

            client.sendClose(4000, "enough").join();
            thread.join();
            assertThat(List.of(heard.all.take(), heard.all.take())).containsExactlyInAnyOrder("served", "close 4000 ");
        }
    }

    private static void serve(ServerSocket server, Heard heard) {
        try (Socket socket = server.accept()) {
            InputStream in = new BufferedInputStream(socket.getInputStream());
            OutputStream out = new BufferedOutputStream(socket.getOutputStream());
            Response response = WebSocket.accept(
                    request(in), WebSocketOptions.defaults().withSubprotocols("echo"), WebSocketClientTest::echo);
            StringBuilder head = new StringBuilder("HTTP/1.1 " + response.status() + " -\r\nConnection: Upgrade\r\n");
            response.headers().forEach(header -> head.append(header.name() + ": " + header.value() + "\r\n"));
            out.write(head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
            out.flush();
            ((Body.Upgrade) response.body()).handler().handle(in, out);
            heard.all.add("served");
        } catch (Exception e) {
            heard.all.add(e.toString());
        }
    }

    private static void echo(WebSocket socket) throws IOException {
        for (var message = socket.receive(); message.isPresent(); message = socket.receive()) {
            if (message.get() instanceof WebSocketMessage.Text text) {
                socket.send(text.text());
            } else if (message.get() instanceof WebSocketMessage.Binary binary) {
                socket.send(binary.bytes());
            }
        }
        assertThat(socket.closeReason()).isEqualTo("enough");
    }

    private static Request request(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            head.append((char) in.read());
        }
        List<Header> headers = new ArrayList<>();
        head.toString().lines().skip(1).filter(line -> !line.isEmpty()).forEach(line -> {
            String[] parts = line.split(":", 2);
            headers.add(new Header(parts[0], parts[1].strip()));
        });
        StubRequest request = StubRequest.withoutBody();
        request.headers = Headers.of(headers);
        return request;
    }

    private static final class Heard implements Listener {
        private final BlockingQueue<String> all = new LinkedBlockingQueue<>();
        private final StringBuilder text = new StringBuilder();
        private int bytes;

        @Override
        public CompletionStage<?> onText(java.net.http.WebSocket client, CharSequence part, boolean isLast) {
            text.append(part);
            if (isLast) {
                all.add("text " + text);
            }
            client.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onBinary(java.net.http.WebSocket client, ByteBuffer part, boolean isLast) {
            bytes += part.remaining();
            if (isLast) {
                all.add("binary " + bytes);
            }
            client.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onPong(java.net.http.WebSocket client, ByteBuffer payload) {
            all.add("pong " + payload.get());
            client.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onClose(java.net.http.WebSocket client, int code, String reason) {
            all.add("close " + code + " " + reason);
            return null;
        }
    }
}

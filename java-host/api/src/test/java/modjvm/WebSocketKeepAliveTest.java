package modjvm;

import static modjvm.WebSocketWire.*;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class WebSocketKeepAliveTest {
    private static final WebSocketOptions SOON = WebSocketOptions.defaults()
            .withPingInterval(Duration.ofMillis(100))
            .withCloseTimeout(Duration.ofMillis(10));

    /** Answers the first Pings, each with bytes of its own. */
    private static final class Client extends OutputStream {
        private final ByteArrayOutputStream heard = new ByteArrayOutputStream();
        private final OutputStream toServer;
        private final byte[] answer;
        private int answers;

        Client(OutputStream toServer, int answers, byte[] answer) {
            this.toServer = toServer;
            this.answers = answers;
            this.answer = answer;
        }

        @Override
        public synchronized void write(int octet) {
            heard.write(octet);
        }

        @Override
        public synchronized void flush() throws IOException {
            List<String> frames = describe(heard.toByteArray());
            if (frames.get(frames.size() - 1).startsWith("ping") && answers > 0) {
                answers--;
                toServer.write(answer);
                toServer.flush();
            }
        }

        synchronized List<String> frames() {
            return describe(heard.toByteArray());
        }
    }

    private static Client serve(int answers, byte[] answer, WebSocketOptions options, WebSocketHandler handler)
            throws Exception {
        try (PipedOutputStream toServer = new PipedOutputStream();
                PipedInputStream in = new PipedInputStream(toServer)) {
            Client client = new Client(toServer, answers, answer);
            new WebSocket(in, client, Optional.empty(), options).converse(handler);
            return client;
        }
    }

    @Test
    void shouldCloseWith1001WhenAPingIsNotAnswered() throws Exception {
        Client client = serve(0, new byte[0], SOON, socket -> {
            assertThat(socket.receive()).isEmpty();
            assertThat(socket.closeCode()).hasValue(1001);
            assertThat(socket.closeReason()).isEqualTo("no answer to a Ping");
        });

        assertThat(client.frames()).containsExactly("ping", "close 1001 no answer to a Ping");
    }

    @Test
    void shouldKeepWhoAnswers() throws Exception {
        Client client = serve(
                3, frame(0x8a), SOON, socket -> assertThat(socket.receive()).isEmpty());

        assertThat(client.frames()).containsExactly("ping", "ping", "ping", "ping", "close 1001 no answer to a Ping");
    }

    @Test
    void shouldTakeAnythingForAnAnswer() throws Exception {
        Client client = serve(2, text("here"), SOON, socket -> {
            assertThat(socket.receive()).isPresent();
            assertThat(socket.receive()).isPresent();
            assertThat(socket.receive()).isEmpty();
        });

        assertThat(client.frames()).startsWith("ping", "ping", "ping").endsWith("close 1001 no answer to a Ping");
    }

    /** Its answers wait unread meanwhile. */
    @Test
    void shouldNotJudgeAClientThatNobodyReadsFrom() throws Exception {
        CountDownLatch pinged = new CountDownLatch(4);
        try (PipedOutputStream toServer = new PipedOutputStream();
                PipedInputStream in = new PipedInputStream(toServer)) {
            ByteArrayOutputStream heard = new ByteArrayOutputStream() {
                @Override
                public void flush() {
                    pinged.countDown();
                }
            };
            new WebSocket(in, heard, Optional.empty(), SOON).converse(socket -> {
                pinged.await();
                toServer.write(text("still here"));
                assertThat(socket.receive()).contains(new WebSocketMessage.Text("still here"));
            });
            assertThat(describe(heard.toByteArray())).startsWith("ping", "ping", "ping", "ping");
            assertThat(describe(heard.toByteArray())).endsWith("close 1000");
        }
    }

    @Test
    void shouldPingNobodyWithoutAnInterval() throws Exception {
        WebSocketOptions never = SOON.withPingInterval(Duration.ZERO);
        Client client = serve(0, new byte[0], never, socket -> {
            Thread.sleep(400); // as long as three Pings would take
            socket.close(1000, "");
        });

        assertThat(client.frames()).containsExactly("close 1000");
    }

    /** A client that takes nothing holds up its own Ping alone. */
    @Test
    void shouldPingOthersWhileOneTakesNothing() throws Exception {
        CountDownLatch released = new CountDownLatch(1);
        CountDownLatch stuck = new CountDownLatch(1);
        OutputStream full = new OutputStream() {
            @Override
            public void write(int octet) throws IOException {
                stuck.countDown();
                try {
                    released.await();
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
            }
        };
        try (PipedOutputStream toServer = new PipedOutputStream();
                InputStream in = new PipedInputStream(toServer)) {
            Thread other = new Thread(() -> {
                try {
                    new WebSocket(in, full, Optional.empty(), SOON).converse(WebSocket::receive);
                } catch (Exception e) {
                    throw new AssertionError(e);
                }
            });
            other.start();
            stuck.await();

            shouldCloseWith1001WhenAPingIsNotAnswered();

            released.countDown();
            other.join();
        }
    }
}

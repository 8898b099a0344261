package modjvm;

import static modjvm.WebSocketWire.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.channels.ClosedByInterruptException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(20)
class WebSocketTest {
    private static final WebSocketOptions DEFAULTS = WebSocketOptions.defaults();
    private static final byte[] CLOSE = close(1000, "");

    @Test
    void shouldSendWhatItIsGiven() throws Exception {
        List<String> sent = converse(CLOSE, socket -> {
            socket.send("Gr\u00fc\u00dfe");
            socket.send(new byte[] {1, 2});
            socket.send("");
            socket.ping(new byte[] {3});
            socket.close(4000, "enough");
        });

        assertThat(sent).containsExactly("text Gr\u00fc\u00dfe", "binary 0102", "text", "ping 03", "close 4000 enough");
    }

    @Test
    void shouldCloseWhenTheHandlerReturnsAndWaitForTheClientToCloseToo() throws Exception {
        ByteArrayInputStream client = new ByteArrayInputStream(all(text("too late"), CLOSE));
        List<WebSocket> sockets = new ArrayList<>();

        assertThat(converse(client, DEFAULTS, sockets::add)).containsExactly("close 1000");
        assertThat(client.available()).isZero();
        assertThat(sockets.get(0).closeCode()).hasValue(1000);
        assertThatIOException().isThrownBy(() -> sockets.get(0).send("x"));
        assertThat(sockets.get(0).receive()).isEmpty();
    }

    @Test
    void shouldNotWaitForTheClientWithoutACloseTimeout() throws Exception {
        ByteArrayInputStream client = new ByteArrayInputStream(CLOSE);

        assertThat(converse(client, DEFAULTS.withCloseTimeout(Duration.ZERO), socket -> {}))
                .containsExactly("close 1000");
        assertThat(client.available()).isEqualTo(CLOSE.length);
    }

    @Test
    void shouldDropWhatComesAfterItHasClosed() throws Exception {
        byte[] client = all(text("a"), text("b"), frame(0x89, hex("01")), close(1000, "too"));
        List<String> sent = converse(client, socket -> {
            assertThat(socket.receive()).contains(new WebSocketMessage.Text("a"));
            socket.close(4001, "");
            socket.close(4002, "not said any more");
            assertThat(socket.receive()).isEmpty();
            assertThat(socket.closeCode()).hasValue(4001);
            assertThat(socket.closeReason()).isEmpty();
            assertThatIOException().isThrownBy(() -> socket.send("x")).withMessage("the WebSocket is closed");
            assertThatIOException().isThrownBy(() -> socket.ping(new byte[0]));
        });

        assertThat(sent).containsExactly("close 4001");
    }

    @Test
    void shouldSayGoodbyeWhenTheProcessIsAboutToEnd() throws Exception {
        InputStream ending = new InputStream() {
            @Override
            public int read() throws IOException {
                throw new GoingAwayException();
            }
        };
        List<String> sent = converse(ending, DEFAULTS, socket -> {
            assertThat(socket.receive()).isEmpty();
            assertThat(socket.closeCode()).hasValue(1001);
            assertThatIOException().isThrownBy(() -> socket.send("x"));
        });

        assertThat(sent).containsExactly("close 1001");
    }

    @Test
    void shouldPassTheExceptionOfTheHandlerOnAndTellTheClient() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        WebSocket socket = new WebSocket(InputStream.nullInputStream(), out, Optional.empty(), DEFAULTS);

        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(() -> socket.converse(same -> {
                    throw new IllegalStateException("mine");
                }))
                .withMessage("mine");
        assertThat(describe(out.toByteArray())).containsExactly("close 1011");
        assertThat(socket.closeCode()).hasValue(1011);
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 66536})
    void shouldRejectACloseCodeThatCannotBeSent(int code) throws Exception {
        converse(
                CLOSE,
                socket -> assertThatIllegalArgumentException()
                        .isThrownBy(() -> socket.close(code, ""))
                        .withMessage("the close code " + code + " cannot be sent"));
    }

    @Test
    void shouldRejectWhatIsTooLongForAControlFrame() throws Exception {
        List<String> sent = converse(CLOSE, socket -> {
            assertThatIllegalArgumentException().isThrownBy(() -> socket.close(1000, "\u00e4".repeat(62)));
            assertThatIllegalArgumentException().isThrownBy(() -> socket.ping(new byte[126]));
            socket.close(1000, "\u00e4".repeat(61) + "x");
        });

        assertThat(sent).containsExactly("close 1000 " + "\u00e4".repeat(61) + "x");
    }

    @Test
    void shouldEndTheWaitForAClientThatDoesNotClose() throws Exception {
        try (PipedOutputStream silent = new PipedOutputStream();
                PipedInputStream client = new PipedInputStream(silent)) {
            assertThat(converse(client, DEFAULTS.withCloseTimeout(Duration.ofMillis(1)), socket -> {}))
                    .containsExactly("close 1000");
        }
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    /** A channel keeps the interrupt, unlike a pipe. */
    @Test
    void shouldNotLeaveAnInterruptOfItsOwnBehind() throws Exception {
        InputStream channel = new InputStream() {
            @Override
            public int read() throws IOException {
                try {
                    new CountDownLatch(1).await();
                    throw new AssertionError("nobody counts");
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new ClosedByInterruptException();
                }
            }
        };

        assertThat(converse(channel, DEFAULTS.withCloseTimeout(Duration.ofMillis(1)), socket -> {}))
                .containsExactly("close 1000");
        assertThat(Thread.interrupted()).isFalse();
    }

    @Test
    void shouldWakeTheReceiverWhenAnotherThreadHasClosed() throws Exception {
        try (PipedOutputStream silent = new PipedOutputStream();
                PipedInputStream client = new PipedInputStream(silent)) {
            List<String> sent = converse(client, DEFAULTS.withCloseTimeout(Duration.ofMillis(1)), socket -> {
                Thread other = start(() -> socket.close(1008, "thrown out"));
                assertThat(socket.receive()).isEmpty();
                assertThat(socket.closeCode()).hasValue(1008);
                other.join();
            });
            assertThat(sent).containsExactly("close 1008 thrown out");
        }
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    @Test
    void shouldKeepMessagesOfSeveralThreadsWhole() throws Exception {
        List<String> sent = converse(CLOSE, socket -> {
            List<Thread> threads = IntStream.range(0, 4)
                    .mapToObj(i -> start(() -> {
                        for (int n = 0; n < 250; n++) {
                            socket.send((i + " ").repeat(n));
                        }
                    }))
                    .toList();
            for (Thread thread : threads) {
                thread.join();
            }
        });

        assertThat(sent).hasSize(1001).endsWith("close 1000");
        for (int i = 0; i < 4; i++) {
            String own = "text " + i;
            assertThat(sent.stream().filter(frame -> frame.startsWith(own))).hasSize(249);
        }
    }

    @Test
    void shouldNotUseAStreamThatHasFailedAgain() {
        IOException gone = new IOException("the client has gone");
        List<Integer> uses = new ArrayList<>();
        OutputStream out = new OutputStream() {
            @Override
            public void write(int octet) throws IOException {
                uses.add(octet);
                throw gone;
            }
        };
        WebSocket socket = new WebSocket(InputStream.nullInputStream(), out, Optional.empty(), DEFAULTS);

        assertThatIOException()
                .isThrownBy(() -> socket.converse(same -> {
                    assertThatIOException().isThrownBy(() -> same.send("x")).isSameAs(gone);
                    same.send("y");
                }))
                .withMessage("the WebSocket is closed");
        assertThat(uses).hasSize(1);
        assertThat(socket.closeCode()).hasValue(1006);
    }

    @Test
    void shouldLetTheFailureOfAReadPassAndSendNothingAfterIt() {
        InputStream in = new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("the client has gone");
            }
        };
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        WebSocket socket = new WebSocket(in, out, Optional.empty(), DEFAULTS);

        assertThatIOException()
                .isThrownBy(() -> socket.converse(WebSocket::receive))
                .withMessage("the client has gone");
        assertThat(out.size()).isZero();
        assertThat(socket.closeCode()).hasValue(1006);
    }

    @Test
    void shouldTakeNoteThatTheClientWentAfterBothWereDone() throws Exception {
        InputStream in = new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("the client has gone");
            }
        };

        assertThat(converse(in, DEFAULTS, socket -> {})).containsExactly("close 1000");
    }

    @Test
    void shouldLetAnInterruptEndAReceive() throws Exception {
        try (PipedOutputStream silent = new PipedOutputStream();
                PipedInputStream client = new PipedInputStream(silent)) {
            assertThatExceptionOfType(InterruptedIOException.class)
                    .isThrownBy(() -> converse(client, DEFAULTS, socket -> {
                        Thread.currentThread().interrupt();
                        socket.receive();
                    }));
        } finally {
            assertThat(Thread.interrupted()).isFalse(); // the pipe has cleared it, as its exception says
        }
    }

    @Test
    void shouldSendNothingInAThreadThatIsToldToStop() throws Exception {
        List<String> sent = converse(CLOSE, socket -> {
            Thread.currentThread().interrupt();
            assertThatExceptionOfType(InterruptedIOException.class).isThrownBy(() -> socket.send("x"));
            assertThat(Thread.currentThread().isInterrupted()).isTrue();
        });

        assertThat(Thread.interrupted()).isTrue();
        assertThat(sent).containsExactly("close 1000");
    }

    @Test
    void shouldWriteLongMessagesInPieces() throws Exception {
        List<Integer> pieces = new ArrayList<>();
        OutputStream out = new OutputStream() {
            @Override
            public void write(int octet) {
                throw new AssertionError("octet by octet");
            }

            @Override
            public void write(byte[] bytes, int offset, int length) {
                pieces.add(length);
            }
        };
        new WebSocket(InputStream.nullInputStream(), out, Optional.empty(), DEFAULTS)
                .converse(socket -> socket.send(new byte[150_000]));

        assertThat(pieces).startsWith(10, 65536, 65536, 18928);
    }

    @Test
    void shouldHoldAConversationThatGoesToAndFro() throws Exception {
        try (PipedOutputStream toServer = new PipedOutputStream();
                PipedInputStream client = new PipedInputStream(toServer)) {
            List<String> sent = converse(client, DEFAULTS, socket -> {
                for (int i = 0; i < 3; i++) {
                    toServer.write(text("message " + i));
                    Optional<WebSocketMessage> message = socket.receive();
                    socket.send(((WebSocketMessage.Text) message.orElseThrow()).text());
                }
                toServer.write(close(1001, "leaving"));
                assertThat(socket.receive()).isEmpty();
            });

            assertThat(sent).containsExactly("text message 0", "text message 1", "text message 2", "close 1001");
        }
    }

    private interface Work {
        void run() throws IOException;
    }

    private static Thread start(Work work) {
        Thread thread = new Thread(() -> {
            try {
                work.run();
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        thread.start();
        return thread;
    }
}

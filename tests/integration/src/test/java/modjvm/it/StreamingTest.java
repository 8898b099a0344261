package modjvm.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.zip.CRC32;
import modjvm.it.harness.Await;
import modjvm.it.harness.Http;
import modjvm.it.harness.Httpd;
import modjvm.it.harness.RawClient;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bodies far larger than the daemon's heap, both ways; and bodies that are broken off. */
class StreamingTest {
    private static final long GIGABYTE = 1L << 30;
    private static final byte[] PIECE = piece();

    @AutoClose
    private static Httpd httpd;

    @BeforeAll
    static void start() {
        httpd = Httpd.with().host("flow", """
                JVMDaemonProcess flow ${AS1} heap=32m
                JVMAlias /flow ${APPS}/Flow.java
                JVMAlias /facts ${APPS}/Facts.java
                """).start();
        httpd.expect("/flow|MJ\\d+|broken off on purpose|Content-Length|pool flow pid \\d+ ended: exit code 9");
    }

    /** As Flow.java has it. */
    private static byte[] piece() {
        byte[] piece = new byte[65_536];
        for (int i = 0; i < piece.length; i++) {
            piece[i] = (byte) (i * 31 + (i >> 8));
        }
        return piece;
    }

    private static String checksum(long length) {
        CRC32 sum = new CRC32();
        for (long left = length; left > 0; left -= PIECE.length) {
            sum.update(PIECE, 0, (int) Math.min(left, PIECE.length));
        }
        return Long.toHexString(sum.getValue());
    }

    private static void send(OutputStream out, long length) throws IOException {
        for (long left = length; left > 0; left -= PIECE.length) {
            out.write(PIECE, 0, (int) Math.min(left, PIECE.length));
        }
    }

    private static long receive(InputStream body, CRC32 sum) throws IOException {
        byte[] buffer = new byte[65_536];
        long total = 0;
        for (int count = body.read(buffer); count >= 0; count = body.read(buffer)) {
            sum.update(buffer, 0, count);
            total += count;
        }
        return total;
    }

    private static RawClient ask(String question) throws IOException {
        return new RawClient(httpd.port("flow")).send("GET /flow?" + question + " HTTP/1.1\r\nHost: x\r\n\r\n");
    }

    @Test
    void shouldTakeAGigabyteUp() throws IOException {
        try (RawClient client = new RawClient(httpd.port("flow"))) {
            client.send("POST /flow?up HTTP/1.1\r\nHost: x\r\nContent-Length: " + GIGABYTE + "\r\n\r\n");
            send(client.output(), GIGABYTE);

            assertThat(client.receive().text()).isEqualTo(GIGABYTE + " " + checksum(GIGABYTE));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"down", "known"})
    void shouldSendAGigabyteDown(String question) throws IOException {
        try (RawClient client = ask(question + "=" + GIGABYTE)) {
            RawClient.Head head = client.receiveHead();
            assertThat(head.first("Content-Length")).isEqualTo(question.equals("known") ? Long.toString(GIGABYTE) : "");
            CRC32 sum = new CRC32();

            assertThat(receive(client.body(head), sum)).isEqualTo(GIGABYTE);
            assertThat(Long.toHexString(sum.getValue())).isEqualTo(checksum(GIGABYTE));
        }
    }

    @Test
    void shouldTakeABodyInChunks() throws IOException {
        try (RawClient client = new RawClient(httpd.port("flow"))) {
            client.send("POST /flow?up HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
            for (int i = 0; i < 64; i++) {
                client.send("10000\r\n");
                client.output().write(PIECE);
                client.send("\r\n");
            }
            client.send("0\r\n\r\n");

            assertThat(client.receive().text()).isEqualTo((64 << 16) + " " + checksum(64 << 16));
        }
    }

    @Test
    void shouldMoveBothWaysAtOnce() throws IOException {
        long length = 64L << 20;
        try (RawClient client = new RawClient(httpd.port("flow"))) {
            client.send("POST /flow?echo HTTP/1.1\r\nHost: x\r\nContent-Length: " + length + "\r\n\r\n");
            CompletableFuture<Void> sender = CompletableFuture.runAsync(() -> {
                try {
                    send(client.output(), length);
                } catch (IOException e) {
                    throw new CompletionException(e);
                }
            });
            CRC32 sum = new CRC32();
            assertThat(receive(client.body(client.receiveHead()), sum)).isEqualTo(length);
            assertThat(Long.toHexString(sum.getValue())).isEqualTo(checksum(length));
            sender.join();
        }
    }

    /**
     * httpd must not wait for the daemon to take the request while the daemon waits for httpd to
     * take the response.
     */
    @Test
    void shouldMoveOnWhereAnApplicationWritesWhatItReadsLater() throws IOException {
        long length = 16L << 20;
        long began = System.nanoTime();
        try (RawClient client = new RawClient(httpd.port("flow"))) {
            client.send("POST /flow?reluctant=" + length + " HTTP/1.1\r\nHost: x\r\nContent-Length: " + length
                    + "\r\n\r\n");
            CompletableFuture<Void> sender = CompletableFuture.runAsync(() -> {
                try {
                    send(client.output(), length);
                } catch (IOException e) {
                    throw new CompletionException(e);
                }
            });
            assertThat(receive(client.body(client.receiveHead()), new CRC32())).isEqualTo(length);
            sender.join();
        }
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Await.scaled(Duration.ofSeconds(10)));
    }

    /** Many small pieces fill a socket long before the credit is used up. */
    @Test
    void shouldMoveOnWhereABodyComesInManySmallPieces() throws IOException {
        long length = 16L << 20;
        long began = System.nanoTime();
        try (RawClient client = new RawClient(httpd.port("flow"))) {
            client.send(
                    "POST /flow?reluctant=" + length + " HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
            client.send("10000\r\n");
            client.output().write(PIECE);
            client.send("\r\n");
            for (int i = 0; i < 5000; i++) {
                client.send("1\r\nx\r\n");
            }
            client.send("0\r\n\r\n");
            assertThat(receive(client.body(client.receiveHead()), new CRC32())).isEqualTo(length);
        }
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Await.scaled(Duration.ofSeconds(10)));
    }

    @Test
    void shouldFlushWhatAnApplicationFlushes() throws IOException {
        try (RawClient client = new RawClient(httpd.port("flow"))) {
            client.send("POST /flow?ticks HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\n");
            InputStream body = client.body(client.receiveHead());
            // the rest of the request goes out only when the first part of the response has come
            assertThat(new String(body.readNBytes(6))).isEqualTo("first\n");
            client.send("more");
            assertThat(new String(body.readAllBytes())).isEqualTo("second\n");
        }
    }

    @Test
    void shouldAnswerBeforeTheUploadHasCome() throws IOException {
        try (RawClient client = new RawClient(httpd.port("flow"))) {
            client.send("POST /flow?early HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000\r\n\r\n");
            client.output().write(PIECE);

            assertThat(client.receiveHead().status()).isEqualTo(413);
        }
    }

    @Test
    void shouldAskForABodyOnlyWhenItIsRead() throws IOException {
        String head = " HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n";
        try (RawClient client = new RawClient(httpd.port("flow"))) {
            long asked = System.nanoTime();
            client.send("POST /facts?body" + head);
            assertThat(client.receiveHead().status()).isEqualTo(100);
            assertThat(Duration.ofNanos(System.nanoTime() - asked)).isLessThan(Await.scaled(Duration.ofSeconds(10)));
            client.send("sent");
            assertThat(client.receive().text()).isEqualTo("sent");
        }
        try (RawClient client = new RawClient(httpd.port("flow"))) {
            client.send("POST /flow?early" + head);
            assertThat(client.receiveHead().status()).isEqualTo(413);
        }
    }

    @Test
    void shouldReuseAConnectionAfterAnUnreadBody() throws IOException {
        for (int i = 0; i < 50; i++) {
            try (RawClient client = new RawClient(httpd.port("flow"))) {
                client.send(
                        "POST /flow?early HTTP/1.1\r\nHost: x\r\nContent-Length: 200000\r\nConnection: close\r\n\r\n");
                assertThat(client.receiveHead().status()).isEqualTo(413);
            }
            assertThat(Http.get(httpd.uri("flow", "/facts")).statusCode()).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"throws=10", "throws=1000000", "short=20", "short=2000000", "dies=1000000"})
    void shouldNeverLetATruncatedResponseLookWhole(String question) throws IOException {
        try (RawClient client = ask(question)) {
            RawClient.Head head = client.receiveHead();
            if (head.status() >= 500) {
                return; // noticed before the head went out
            }
            assertThatThrownBy(() -> client.body(head).transferTo(OutputStream.nullOutputStream()))
                    .isInstanceOf(IOException.class);
        }
    }

    /**
     * Whether or not httpd had passed on what was flushed by the time it hears of the exception.
     */
    @RepeatedTest(20)
    void shouldBreakOffBehindWhatWasFlushed() throws IOException {
        try (RawClient client = ask("flushes")) {
            RawClient.Head head = client.receiveHead();
            assertThat(head.status()).isEqualTo(200);
            InputStream body = client.body(head);
            assertThat(body.readNBytes(1)).containsExactly('x');
            assertThatThrownBy(body::readAllBytes).isInstanceOf(IOException.class);
        }
    }

    @Test
    void shouldNotSendMoreThanWasPromised() throws IOException {
        try (RawClient client = ask("long=1000")) {
            RawClient.Head head = client.receiveHead();
            if (head.status() < 500) {
                byte[] all;
                try {
                    all = client.body(head).readAllBytes();
                } catch (EOFException e) {
                    return; // broken off
                }
                assertThat(all).hasSize(1000);
                assertThatThrownBy(client::receiveHead).isInstanceOf(IOException.class);
            }
        }
    }

    @Test
    void shouldNotAnswerAHeadWithABody() throws IOException {
        try (RawClient client = new RawClient(httpd.port("flow"))) {
            client.send(
                    "HEAD /facts HTTP/1.1\r\nHost: x\r\n\r\nGET /facts/second HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
            RawClient.Head head = client.receiveHead();
            assertThat(head.status()).isEqualTo(200);
            assertThat(client.receive().text()).startsWith("[/facts][/second]");
        }
    }
}

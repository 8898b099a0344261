package modjvm.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32;
import modjvm.it.harness.Await;
import modjvm.it.harness.Http;
import modjvm.it.harness.Httpd;
import modjvm.it.harness.Proc;
import modjvm.it.harness.RawClient;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How much httpd takes and holds: send-buffer-size, header-buffer-size. */
@Isolated("measures")
class SizesTest {
    private static final int LENGTH = 3_000_000;

    @AutoClose
    private static Httpd httpd;

    @BeforeAll
    static void start() {
        httpd = Httpd.with()
                .limits(
                        "StartServers 1\nServerLimit 1\nThreadLimit 16\nThreadsPerChild 16\nMaxRequestWorkers 16\nMinSpareThreads 1\nMaxSpareThreads 16")
                .host("small", """
                        JVMDaemonProcess small ${AS1} send-buffer-size=3000
                        JVMAlias /flow ${APPS}/Flow.java
                        JVMAlias /sockets ${APPS}/Sockets.java
                        """)
                .host("heads", """
                        JVMDaemonProcess heads ${AS1} header-buffer-size=2k
                        JVMAlias / ${APPS}/Heads.java
                        """)
                .host("wide", """
                        JVMDaemonProcess wide ${AS1}
                        JVMAlias / ${APPS}/Heads.java
                        """)
                .start();
        httpd.expect("MJ0050: pool heads pid \\d+: header-buffer-size");
        httpd.expect("MJ0046: pool wide pid \\d+: .*64|65536");
        for (String host : new String[] {"small", "heads", "wide"}) {
            httpd.awaitReady(host, 1);
        }
    }

    private static byte[] body() {
        byte[] body = new byte[LENGTH];
        for (int i = 0; i < LENGTH; i++) {
            body[i] = (byte) (i * 7 + i / 1000);
        }
        return body;
    }

    @Test
    void shouldUploadThroughASmallBuffer() {
        CRC32 sum = new CRC32();
        sum.update(body());

        HttpResponse<String> answer = Http.post(httpd.uri("small", "/flow?up"), BodyPublishers.ofByteArray(body()));

        assertThat(answer.body()).isEqualTo(LENGTH + " " + Long.toHexString(sum.getValue()));
    }

    /**
     * The daemon writes while it reads: whoever waited for the other to take what is too large at
     * once would wait for ever.
     */
    @Test
    void shouldMoveBothWaysThroughASmallBuffer() throws IOException {
        try (RawClient client = new RawClient(httpd.port("small"))) {
            Thread upload = new Thread(() -> {
                try {
                    client.send("POST /flow?echo HTTP/1.1\r\nHost: x\r\nContent-Length: " + LENGTH + "\r\n\r\n");
                    client.output().write(body());
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            });
            upload.start();

            assertThat(client.receive().bytes()).isEqualTo(body());
        }
    }

    /** The application writes much before it reads on. */
    @Test
    void shouldNotBlockOnADaemonThatWritesBeforeItReads() throws IOException {
        try (RawClient client = new RawClient(httpd.port("small"))) {
            client.send("POST /flow?reluctant=" + LENGTH + " HTTP/1.1\r\nHost: x\r\nContent-Length: 200000\r\n\r\n");
            client.output().write(new byte[200_000]);

            RawClient.Head head = client.receiveHead();
            assertThat(head.status()).isEqualTo(200);
            assertThat(client.body(head).transferTo(OutputStream.nullOutputStream()))
                    .isGreaterThanOrEqualTo(LENGTH);
        }
    }

    @Test
    void shouldTunnelThroughASmallBuffer() throws IOException {
        try (RawClient client = new RawClient(httpd.port("small"))) {
            client.send("GET /sockets?raw HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: raw/1\r\n\r\n");
            assertThat(client.receiveHead().status()).isEqualTo(101);
            new Thread(() -> {
                        try {
                            client.output().write(body());
                        } catch (IOException e) {
                            throw new java.io.UncheckedIOException(e);
                        }
                    })
                    .start();

            assertThat(client.input().readNBytes(LENGTH)).isEqualTo(body());
        }
    }

    @Test
    @RequiresRoot
    void shouldSetTheBufferOfEachConnection() throws Exception {
        Proc child = httpd.children().get(0);
        Path output = httpd.work().resolve("strace");
        Process strace = new ProcessBuilder(
                        "strace",
                        "-f",
                        "-qq",
                        "-e",
                        "trace=setsockopt",
                        "-o",
                        output.toString(),
                        "-p",
                        Integer.toString(child.pid()))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            Await.until(
                    "strace is attached",
                    Await.LONG,
                    () -> !"0".equals(child.status().get("TracerPid")));
            // more at once than connections are open
            var pending = java.util.stream.IntStream.range(0, 8)
                    .mapToObj(i -> Http.start(httpd.uri("small", "/flow?down=" + LENGTH)))
                    .toList();
            pending.forEach(java.util.concurrent.CompletableFuture::join);
            Await.until("a connection is made", Await.LONG, () -> {
                try {
                    return Files.readString(output).contains("SO_SNDBUF, [3000], 4) = 0");
                } catch (IOException e) {
                    return false;
                }
            });
        } finally {
            strace.destroy();
            strace.waitFor();
        }
    }

    @ParameterizedTest
    @CsvSource({"/, 1900, 200", "/, 2100, 502", "/interim, 1900, 200", "/interim, 2100, 502", "/, 100, 200"})
    void shouldTakeNoLongerHeadThanTold(String path, int length, int status) {
        HttpResponse<String> answer = Http.get(httpd.uri("heads", path + "?" + length));

        assertThat(answer.statusCode()).isEqualTo(status);
        if (status == 502) {
            httpd.log("heads")
                    .await(
                            "MJ0050: pool heads pid \\d+: header-buffer-size: the head of the response has 21\\d\\d bytes; "
                                    + "the limit is 2048; 502");
        }
    }

    /** What the wire carries is the most, and the default. */
    @ParameterizedTest
    @CsvSource({"/, 65000, 200", "/, 66000, 500", "/, 10, 200"})
    void shouldTakeWhatTheWireCarries(String path, int length, int status) throws IOException {
        assertThat(RawClient.get(httpd.port("wide"), path + "?" + length).status())
                .isEqualTo(status);
    }
}

package modjvm.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import modjvm.it.harness.Await;
import modjvm.it.harness.Http2Client;
import modjvm.it.harness.Httpd;
import modjvm.it.harness.RawClient;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Uploads that stall, and uploads that are not what their header fields say. */
class UploadTest {
    @AutoClose
    private static Httpd httpd;

    @BeforeAll
    static void start() {
        httpd = Httpd.with()
                .module("deflate", "filter", "reqtimeout", "http2")
                .host("slow", """
                        Timeout 6
                        Protocols h2c http/1.1
                        JVMDaemonProcess slow ${AS1}
                        JVMAlias /facts ${APPS}/Facts.java
                        JVMAlias /flow ${APPS}/Flow.java
                        """)
                .host("limited", """
                        Protocols h2c http/1.1
                        RequestReadTimeout body=2
                        JVMDaemonProcess limited ${AS1}
                        JVMAlias /facts ${APPS}/Facts.java
                        """)
                .host("timed", """
                        JVMDaemonProcess timed ${AS1} request-timeout=2
                        JVMAlias /facts ${APPS}/Facts.java
                        """)
                .host("inflating", """
                        SetInputFilter DEFLATE
                        ErrorDocument 404 /facts?length
                        JVMDaemonProcess inflating ${AS1}
                        JVMAlias /facts ${APPS}/Facts.java
                        """)
                .start();
        httpd.expect("MJ0042|request-timeout");
    }

    private static int statusOfStalled(String host, Duration limit) throws IOException {
        try (RawClient client = new RawClient(httpd.port(host))) {
            client.send("POST /facts?body HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nsome\r\n1");
            long sent = System.nanoTime();
            int status = client.receiveHead().status();
            assertThat(Duration.ofNanos(System.nanoTime() - sent)).isLessThan(Await.scaled(limit));
            return status;
        }
    }

    @Test
    void shouldWaitForAClientNoLongerThanTimeout() throws IOException {
        assertThat(statusOfStalled("slow", Duration.ofSeconds(10))).isEqualTo(408);
    }

    @Test
    void shouldWaitForAClientNoLongerThanRequestReadTimeout() throws IOException {
        assertThat(statusOfStalled("limited", Duration.ofSeconds(10))).isEqualTo(408);
    }

    @Test
    void shouldKeepToTheRequestTimeoutWhileAnUploadStalls() throws IOException {
        assertThat(statusOfStalled("timed", Duration.ofSeconds(10))).isEqualTo(504);
    }

    private static String statusOfStalledHttp2(String path, Duration limit) throws IOException {
        long began = System.nanoTime();
        try (Http2Client client = new Http2Client(
                httpd.port("slow"), true, ":method", "POST", ":scheme", "http", ":authority", "x", ":path", path)) {
            client.send("some".getBytes(StandardCharsets.US_ASCII));
            String status = client.status();
            assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Await.scaled(limit));
            return status;
        }
    }

    @Test
    void shouldAnswerEarlyThoughAnUploadOverHttp2Stalls() throws Exception {
        assertThat(statusOfStalledHttp2("/flow?early", Duration.ofSeconds(4))).isEqualTo("413");
    }

    @Test
    void shouldWaitForAClientOfHttp2NoLongerThanTimeout() throws Exception {
        assertThat(statusOfStalledHttp2("/facts?body", Duration.ofSeconds(12))).isEqualTo("408");
    }

    @Test
    void shouldPromiseNoLengthThatAFilterChanges() throws IOException {
        byte[] body = zipped(1_000_000);
        String head =
                "POST /facts?length HTTP/1.1\r\nHost: x\r\nContent-Encoding: gzip\r\nContent-Length: " + body.length;
        for (String expectation : new String[] {"", "\r\nExpect: 100-continue"}) {
            try (RawClient client = new RawClient(httpd.port("inflating"))) {
                client.send(head + expectation + "\r\n\r\n");
                if (!expectation.isEmpty()) {
                    assertThat(client.receiveHead().status()).isEqualTo(100);
                }
                client.output().write(body);
                assertThat(client.receive().text()).isIn("-1 1000000", "1000000 1000000");
            }
        }
    }

    @Test
    void shouldPromiseAnErrorDocumentNoBodyThatIsGone() throws IOException {
        try (RawClient client = new RawClient(httpd.port("inflating"))) {
            client.send("POST /nothing HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nbody");
            String[] lengths = client.receive().text().split(" ");
            assertThat(lengths[0]).isIn("-1", lengths[1]);
        }
    }

    private static byte[] zipped(int length) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
            // not as regular as a bomb
            new Random(1).ints(length, 0, 16).forEach(b -> write(out, b));
        }
        return bytes.toByteArray();
    }

    private static void write(OutputStream out, int b) {
        try {
            out.write(b);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

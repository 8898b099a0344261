package modjvm.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import modjvm.it.harness.Await;
import modjvm.it.harness.Command;
import modjvm.it.harness.Http2Client;
import modjvm.it.harness.Httpd;
import modjvm.it.harness.RawClient;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Interim responses, trailers, and server-sent events. */
class InterimTest {
    @AutoClose
    private static Httpd httpd;

    @BeforeAll
    static void start() {
        httpd = Httpd.with().module("http2").host("site", """
                        Protocols h2c http/1.1
                        H2EarlyHints on
                        CustomLog ${WORK}/access.log "%U%q %{X-Sum}^to"
                        JVMDaemonProcess site ${AS1}
                        JVMAlias /wire ${APPS}/Wire.java
                        """).start();
    }

    private static RawClient ask(String query, String version) throws IOException {
        return new RawClient(httpd.port("site")).send("GET /wire?" + query + " " + version + "\r\nHost: x\r\n\r\n");
    }

    @Test
    void shouldSendEarlyHints() throws IOException {
        try (RawClient client = ask("hints", "HTTP/1.1")) {
            RawClient.Head hints = client.receiveHead();
            assertThat(hints.status()).isEqualTo(103);
            assertThat(hints.fields()).containsExactly("Link: </style.css>; rel=preload");
            assertThat(client.receiveHead().status()).isEqualTo(102);
            RawClient.Reply page = client.receive();
            assertThat(page.status()).isEqualTo(200);
            assertThat(page.head().first("Link")).isEmpty();
            assertThat(page.text()).isEqualTo("page\n");
        }
    }

    @Test
    void shouldSendNoHintsToHttp10() throws IOException {
        try (RawClient client = ask("hints", "HTTP/1.0")) {
            assertThat(client.receiveHead().status()).isEqualTo(200);
        }
    }

    @Test
    void shouldLimitInterimResponses() throws IOException {
        try (RawClient client = ask("many", "HTTP/1.1")) {
            for (int i = 0; i < 64; i++) {
                assertThat(client.receiveHead().status()).isEqualTo(102);
            }
            assertThat(client.receive().text()).isEqualTo("limited\n");
        }
    }

    @Test
    void shouldSendHintsOverHttp2() {
        String printed = Command.succeed(
                "curl",
                "-sS",
                "-i",
                "--max-time",
                "20",
                "--http2-prior-knowledge",
                httpd.uri("site", "/wire?hints").toString());
        assertThat(printed).contains("HTTP/2 103", "link: </style.css>; rel=preload", "HTTP/2 200", "page");
    }

    @Test
    void shouldSendTrailersOverHttp2() throws IOException {
        try (Http2Client client = get2("/wire?trailers")) {
            assertThat(client.status()).isEqualTo("200");
            StringBuilder body = new StringBuilder();
            Http2Client.Frame frame = client.receive();
            for (; frame.type() == Http2Client.DATA; frame = client.receive()) {
                assertThat(frame.isLast()).isFalse();
                body.append(frame.text());
            }
            assertThat(body).hasToString("body\n");
            assertThat(frame.type()).isEqualTo(Http2Client.HEADERS);
            assertThat(frame.isLast()).isTrue();
            assertThat(frame.payload()).isNotEmpty();
        }
        try (Http2Client client = get2("/wire?input=none")) {
            assertThat(client.status()).isEqualTo("200");
            Http2Client.Frame frame = client.receive();
            while (!frame.isLast()) {
                frame = client.receive();
            }
            assertThat(frame.type()).as("no trailers, no HEADERS").isEqualTo(Http2Client.DATA);
        }
    }

    private static Http2Client get2(String path) throws IOException {
        return new Http2Client(
                httpd.port("site"), false, ":method", "GET", ":scheme", "http", ":authority", "x", ":path", path);
    }

    @Test
    void shouldLeaveTrailersOutOverHttp11() throws IOException {
        try (RawClient client = ask("trailers", "HTTP/1.1")) {
            assertThat(client.receive().text()).isEqualTo("body\n");
        }
        Await.until("the access log has them", Await.LONG, () -> accessLog().contains("/wire?trailers 42\n"));
    }

    private static String accessLog() {
        try {
            return Files.readString(httpd.work().resolve("access.log"));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void shouldReceiveTrailers() throws IOException {
        String head = "POST /wire?received HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
        for (int length : new int[] {5, 100_000}) {
            try (RawClient client = new RawClient(httpd.port("site"))) {
                client.send(
                        head + Integer.toHexString(length) + "\r\n" + "x".repeat(length) + "\r\n0\r\nX-Sum: 7\r\n\r\n");
                assertThat(client.receive().text()).isEqualTo("0 7\n");
                client.send(head + "0\r\n\r\n");
                assertThat(client.receive().text()).isEqualTo("0 none\n");
            }
        }
    }

    @Test
    void shouldReceiveTrailersOverHttp2() throws IOException {
        try (Http2Client client = new Http2Client(
                httpd.port("site"),
                true,
                ":method",
                "POST",
                ":scheme",
                "http",
                ":authority",
                "x",
                ":path",
                "/wire?received")) {
            client.send("body".getBytes(StandardCharsets.US_ASCII));
            client.end("x-sum", "8");
            assertThat(client.status()).isEqualTo("200");
            assertThat(client.receive().text()).isEqualTo("0 8\n");
        }
    }

    @Test
    void shouldSendEventsOneByOne() throws IOException {
        try (RawClient client = new RawClient(httpd.port("site"))) {
            client.send("POST /wire?events HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n");
            RawClient.Head head = client.receiveHead();
            assertThat(head.first("Content-Type")).isEqualTo("text/event-stream");
            assertThat(head.first("Cache-Control")).isEqualTo("no-cache");
            InputStream body = client.body(head);
            // the rest of the request goes out only when the first event has come
            assertThat(new String(body.readNBytes(13), StandardCharsets.UTF_8)).isEqualTo("data: first\n\n");
            client.send("go");
            assertThat(new String(body.readAllBytes(), StandardCharsets.UTF_8))
                    .isEqualTo("event: named\ndata: two\ndata: lines\n\n");
        }
    }

    @Test
    void shouldCopyAnInputStream() throws IOException {
        try (RawClient client = ask("input=copied", "HTTP/1.1")) {
            assertThat(client.receive().text()).isEqualTo("copied");
        }
    }
}

package modjvm.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.zip.GZIPInputStream;
import modjvm.it.harness.Await;
import modjvm.it.harness.Command;
import modjvm.it.harness.Http;
import modjvm.it.harness.Httpd;
import modjvm.it.harness.RawClient;
import modjvm.it.harness.Users;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Files that an application answers with: their descriptors go to httpd, which treats them as its
 * own static files.
 */
class FileTest {
    private static final String TEXT = "0123456789\n";
    private static final int LARGE = 64 << 20;

    @AutoClose
    private static Httpd httpd;

    private static Path text;

    @BeforeAll
    static void start() throws IOException {
        httpd = Httpd.with()
                .module("deflate", "filter")
                .host("site", """
                        JVMDaemonProcess site ${AS1} heap=32m
                        JVMAlias /wire ${APPS}/Wire.java
                        <Location /wire/zipped>
                            SetOutputFilter DEFLATE
                        </Location>
                        <Location /wire/digest>
                            FileETag Digest
                        </Location>
                        """)
                .host("single", """
                        JVMDaemonProcess single ${AS1} heap=32m threads=1 queue-timeout=5
                        JVMAlias /wire ${APPS}/Wire.java
                        """)
                .start();
        httpd.expect("too few for|MJ0043|MJ0046|MJ0051|core_output_filter|AH\\d+");
        text = httpd.work().resolve("text.txt");
        Files.writeString(text, TEXT);
        Files.setLastModifiedTime(text, FileTime.from(Instant.parse("2020-02-02T02:02:02Z")));
    }

    private static RawClient ask(String query, String... fields) throws IOException {
        return new RawClient(httpd.port("site")).send(request("/wire?" + query, fields));
    }

    private static String request(String target, String... fields) {
        return "GET " + target + " HTTP/1.1\r\nHost: x\r\n" + String.join("", fields) + "\r\n";
    }

    private static RawClient.Reply get(String query, String... fields) throws IOException {
        try (RawClient client = ask(query, fields)) {
            return client.receive();
        }
    }

    @Test
    void shouldServeAFileAsHttpdServesItsOwn() throws IOException {
        RawClient.Reply reply = get("file=" + text);
        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.text()).isEqualTo(TEXT);
        assertThat(reply.head().first("Content-Type")).isEqualTo("text/plain");
        assertThat(reply.head().first("Content-Length")).isEqualTo("11");
        assertThat(reply.head().first("Last-Modified")).isEqualTo("Sun, 02 Feb 2020 02:02:02 GMT");
        assertThat(reply.head().first("ETag")).startsWith("\"b-");
        assertThat(reply.head().first("Accept-Ranges")).isEqualTo("bytes");
    }

    @Test
    void shouldSayWhatGetWouldSayWhereHeadIsAsked() throws IOException {
        try (RawClient client = new RawClient(httpd.port("site"))) {
            client.send("HEAD /wire?file=" + text
                    + " HTTP/1.1\r\nHost: x\r\n\r\nGET /wire?nothing HTTP/1.1\r\nHost: x\r\n\r\n");
            RawClient.Head head = client.receiveHead();
            assertThat(head.status()).isEqualTo(200);
            assertThat(head.first("Content-Length")).isEqualTo("11");
            assertThat(head.first("ETag")).startsWith("\"b-");
            assertThat(client.receiveHead().status()).isEqualTo(404);
        }
    }

    @Test
    void shouldAnswerConditionsAndRanges() throws IOException {
        RawClient.Head head = get("file=" + text).head();
        assertThat(get("file=" + text, "If-None-Match: " + head.first("ETag") + "\r\n")
                        .status())
                .isEqualTo(304);
        assertThat(get("file=" + text, "If-Modified-Since: " + head.first("Last-Modified") + "\r\n")
                        .status())
                .isEqualTo(304);
        assertThat(get("file=" + text, "If-Match: \"other\"\r\n").status()).isEqualTo(412);
        RawClient.Reply part = get("file=" + text, "Range: bytes=3-5\r\n");
        assertThat(part.status()).isEqualTo(206);
        assertThat(part.text()).isEqualTo("345");
        assertThat(part.head().first("Content-Range")).isEqualTo("bytes 3-5/11");
        assertThat(get("file=" + text, "Range: bytes=50-\r\n").status()).isEqualTo(416);
    }

    /** A filter that could look at the file is there, and does nothing for this client. */
    @Test
    void shouldAnswerRangesThroughFilters() throws IOException {
        Path large = large("ranges.bin");
        try (RawClient client = new RawClient(httpd.port("site"))) {
            RawClient.Reply part = client.send(request("/wire/zipped?file=" + text, "Range: bytes=3-5\r\n"))
                    .receive();
            assertThat(part.status()).isEqualTo(206);
            assertThat(part.text()).isEqualTo("345");
            assertThat(client.send(request("/wire/zipped?file=" + large))
                            .receive()
                            .bytes())
                    .hasSize(LARGE);
            assertThat(client.send(request("/wire/zipped?file=" + text))
                            .receive()
                            .text())
                    .isEqualTo(TEXT);
        }
    }

    /** httpd would look for the file of the mount. */
    @Test
    void shouldGiveNoDigest() throws IOException {
        RawClient.Reply reply = RawClient.get(httpd.port("site"), "/wire/digest?file=" + text);
        assertThat(reply.text()).isEqualTo(TEXT);
        assertThat(reply.head().first("ETag")).isEmpty();
        assertThat(httpd.log("site").lines("AH10251")).isEmpty();
    }

    @Test
    void shouldLeaveAnApplicationItsOwnFieldsAndStatus() throws IOException {
        RawClient.Head head = get("tagged=" + text).head();
        assertThat(head.all("ETag")).containsExactly("\"own\"");
        assertThat(head.all("Last-Modified")).containsExactly("Sat, 01 Jan 2000 00:00:00 GMT");
        RawClient.Reply missing = get("missing=" + text);
        assertThat(missing.status()).isEqualTo(404);
        assertThat(missing.text()).isEqualTo(TEXT);
        assertThat(missing.head().first("ETag")).isEmpty();
    }

    @Test
    void shouldServeAPart() throws IOException {
        assertThat(get("part=" + text).text()).isEqualTo("234");
        assertThat(get("beyond=" + text).status()).isEqualTo(500);
    }

    @Test
    void shouldPassAFileThroughFilters() throws IOException {
        Path longer = httpd.work().resolve("longer.txt");
        Files.writeString(longer, TEXT.repeat(20_000));
        try (RawClient client = new RawClient(httpd.port("site"))) {
            client.send(request("/wire/zipped?file=" + longer, "Accept-Encoding: gzip\r\n"));
            RawClient.Reply reply = client.receive();
            assertThat(reply.head().first("Content-Encoding")).isEqualTo("gzip");
            byte[] plain = new GZIPInputStream(new ByteArrayInputStream(reply.bytes())).readAllBytes();
            assertThat(new String(plain, StandardCharsets.US_ASCII)).isEqualTo(TEXT.repeat(20_000));
        }
    }

    @Test
    void shouldServeALargeFileAndLeakNoDescriptor() throws IOException {
        Path large = large("large.bin");
        int before = descriptors();
        for (int i = 0; i < 20; i++) {
            try (RawClient client = ask("file=" + large)) {
                RawClient.Head head = client.receiveHead();
                assertThat(head.first("Content-Length")).isEqualTo(Integer.toString(LARGE));
                if (i % 2 == 0) {
                    assertThat(client.body(head).transferTo(OutputStream.nullOutputStream()))
                            .isEqualTo(LARGE);
                } // else the client leaves
            }
        }
        Await.until("descriptors are closed", Await.LONG, () -> descriptors() <= before + 2);
    }

    @Test
    void shouldHoldNoThreadOfThePoolForASlowClient() throws IOException {
        Path large = large("slow.bin");
        try (RawClient slow = new RawClient(httpd.port("single")).send(request("/wire?file=" + large))) {
            RawClient.Head head = slow.receiveHead();
            assertThat(RawClient.get(httpd.port("single"), "/wire?nothing").status())
                    .isEqualTo(404);
            assertThat(slow.body(head).transferTo(OutputStream.nullOutputStream()))
                    .isEqualTo(LARGE);
        }
    }

    private static Path large(String name) throws IOException {
        Path large = httpd.work().resolve(name);
        try (RandomAccessFile file = new RandomAccessFile(large.toFile(), "rw")) {
            file.setLength(LARGE);
        }
        return large;
    }

    private static int descriptors() {
        return httpd.parent().descendants().stream()
                .filter(p -> p.program().endsWith("/apache2"))
                .mapToInt(p -> p.descriptors().size())
                .sum();
    }

    @Test
    @RequiresRoot
    void shouldServeWhatThePoolsUserMayReadAndNothingElse() throws IOException {
        Path own = httpd.work().resolve("own.txt");
        Files.writeString(own, "own\n");
        Files.setPosixFilePermissions(own, PosixFilePermissions.fromString("rw-------"));
        Command.succeed("chown", Users.first(), own.toString());
        Path httpds = httpd.work().resolve("httpds.txt");
        Files.writeString(httpds, "httpd's\n");
        Files.setPosixFilePermissions(httpds, PosixFilePermissions.fromString("rw-------"));
        Command.succeed("chown", "www-data", httpds.toString());

        assertThat(get("file=" + own).text()).isEqualTo("own\n");
        assertThat(get("file=" + own, "Range: bytes=0-1\r\n").text()).isEqualTo("ow");
        assertThat(get("file=" + httpds).status()).isEqualTo(403);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/link", "/folder/link/passwd", "/folder", "/fifo", "/missing", "/text/x", ""})
    void shouldFindNothingElseBelowAFolder(String path) throws IOException {
        assertThat(below(path).statusCode()).isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/text", "/folder/text", "/folder/r%C3%A9sum%C3%A9"})
    void shouldFindAFileBelowAFolder(String path) throws IOException {
        assertThat(below(path).body()).isEqualTo("below\n");
    }

    private static synchronized HttpResponse<String> below(String path) throws IOException {
        Path root = httpd.work().resolve("root");
        if (!Files.exists(root)) {
            Files.createDirectories(root.resolve("folder"));
            Files.writeString(httpd.work().resolve("secret"), "secret\n");
            for (String name : new String[] {"text", "folder/text", "folder/r\u00e9sum\u00e9"}) {
                Files.writeString(root.resolve(name), "below\n");
            }
            Files.createSymbolicLink(root.resolve("link"), root.resolve("text"));
            Files.createSymbolicLink(root.resolve("folder/link"), Path.of("/etc"));
            Command.succeed("mkfifo", root.resolve("fifo").toString());
        }
        return Http.get(httpd.uri("site", "/wire" + path + "?below=" + root));
    }
}

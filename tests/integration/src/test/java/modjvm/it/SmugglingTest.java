package modjvm.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import modjvm.it.harness.Httpd;
import modjvm.it.harness.RawClient;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Requests about whose end two parsers may differ. Whatever stands in a body is never taken for a
 * request, and no answer is given to something else than the request that it is for. (Codings other
 * than chunked: TransferCodingTest.)
 */
class SmugglingTest {
    private static final String HIDDEN = "GET /app/hidden HTTP/1.1\r\nHost: x\r\n\r\n";
    private static final String LENGTH = Integer.toString(HIDDEN.length());
    private static final String CHUNK = Integer.toHexString(HIDDEN.length());
    private static final String AFTER = "GET /app/after HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

    @AutoClose
    private static Httpd httpd;

    @BeforeAll
    static void start() {
        httpd = Httpd.with()
                .host("site", "Timeout 2\nJVMDaemonProcess site ${AS1}\nJVMAlias /app ${APPS}/Witness.java")
                .start();
        httpd.expect("AH0\\d+|MJ0040");
    }

    /**
     * The text with its abbreviations: a body that is the hidden request, plainly or in a chunk.
     */
    private static String expand(String text) {
        return text.replace("|", "\r\n")
                .replace("{LENGTH}", LENGTH)
                .replace("{CHUNK}", CHUNK)
                .replace("{HIDDEN}", HIDDEN)
                .replace("{CHUNKED}", CHUNK + "\r\n" + HIDDEN + "\r\n0\r\n\r\n");
    }

    private static List<RawClient.Reply> exchange(String text) throws IOException {
        List<RawClient.Reply> replies = new ArrayList<>();
        try (RawClient client = new RawClient(httpd.port("site"))) {
            client.send(text);
            while (true) {
                replies.add(client.receive());
            }
        } catch (EOFException | SocketException e) {
            return replies;
        }
    }

    private static String seen() throws IOException {
        return RawClient.get(httpd.port("site"), "/app?seen").text();
    }

    /** The body is one request's own, and the next request comes behind it. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: {LENGTH}||{HIDDEN}",
                "Content-Length: 0{LENGTH}||{HIDDEN}",
                "Content-Length:{LENGTH} ||{HIDDEN}",
                "Transfer-Encoding: chunked||{CHUNKED}",
                "Transfer-Encoding:\tchunked||{CHUNKED}",
                "transfer-encoding: CHUNKED||{CHUNKED}",
                "Transfer-Encoding: chunked||{CHUNK};a=b|{HIDDEN}|0;c||",
                "Transfer-Encoding: chunked||{CHUNK};a=\"0\"|{HIDDEN}|0||",
                "Transfer-Encoding: chunked||000{CHUNK}|{HIDDEN}|0000||",
                "Transfer-Encoding: chunked||{CHUNK}|{HIDDEN}|0|X-Trailer: Content-Length: 5||",
                "Transfer-Encoding: chunked||{CHUNK}|{HIDDEN}|0|Content-Length: 500||",
                "Transfer-Encoding: chunked||{CHUNK}|{HIDDEN}|0|Transfer-Encoding: chunked||",
            })
    void shouldTakeTheBodyForABody(String fields) throws IOException {
        List<RawClient.Reply> replies = exchange(expand("POST /app/x HTTP/1.1|Host: x|" + fields) + AFTER);

        assertThat(replies.stream().map(RawClient.Reply::text))
                .containsExactly("[POST /x " + LENGTH + "]", "[GET /after 0]");
        assertThat(seen()).doesNotContain("hidden");
    }

    /**
     * Nobody can say where the body ends: the request may be refused or answered, but the
     * connection ends with it.
     */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: 5|Transfer-Encoding: chunked||0||{HIDDEN}",
                "Transfer-Encoding: chunked|Content-Length: 5||0||{HIDDEN}",
                "Transfer-Encoding: chunked|Content-Length: {LENGTH}||0||{HIDDEN}",
                "Content-Length: 0|Content-Length: {LENGTH}||{HIDDEN}",
                "Content-Length: {LENGTH}|Content-Length: 0||{HIDDEN}",
                "Content-Length: 0, {LENGTH}||{HIDDEN}",
                "Content-Length: +{LENGTH}||{HIDDEN}",
                "Content-Length: -{LENGTH}||{HIDDEN}",
                "Content-Length: 0x{LENGTH}||{HIDDEN}",
                "Content-Length: {LENGTH}.0||{HIDDEN}",
                "Content-Length: {LENGTH} 0||{HIDDEN}",
                "Content-Length: ||{HIDDEN}",
                "Content-Length: 99999999999999999999||{HIDDEN}",
                "Content-Length: 18446744073709551616||{HIDDEN}",
                "Content-Length : {LENGTH}||{HIDDEN}",
                "Content-Length\t: {LENGTH}||{HIDDEN}",
                " Content-Length: {LENGTH}||{HIDDEN}",
                "Content-Length: {LENGTH}\0||{HIDDEN}",
                "Content-Length: 0\rContent-Length: {LENGTH}||{HIDDEN}",
                "X: y\rTransfer-Encoding: chunked||0||{HIDDEN}",
                "X\n\t: y|Content-Length: {LENGTH}||{HIDDEN}",
                "Transfer-Encoding : chunked||0||{HIDDEN}",
                "Transfer-Encoding: \u000bchunked||0||{HIDDEN}",
                "Transfer-Encoding: chunked\0||0||{HIDDEN}",
                "Transfer-Encoding: \"chunked\"||0||{HIDDEN}",
                "Transfer-Encoding:||0||{HIDDEN}",
                "Transfer-Encoding: chunked|Transfer-Encoding: identity||0||{HIDDEN}",
                "Transfer-Encoding: identity|Transfer-Encoding: chunked||0||{HIDDEN}",
                "Transfer-Encoding: chunked||g|{HIDDEN}",
                "Transfer-Encoding: chunked||-1|{HIDDEN}",
                "Transfer-Encoding: chunked||+5|{HIDDEN}",
                "Transfer-Encoding: chunked||0x0||{HIDDEN}",
                "Transfer-Encoding: chunked||1 0||{HIDDEN}",
                "Transfer-Encoding: chunked||ffffffffffffffff|{HIDDEN}",
                "Transfer-Encoding: chunked||10000000000000000|{HIDDEN}",
                "Transfer-Encoding: chunked||1|xy|0||{HIDDEN}",
                "Transfer-Encoding: chunked||;|{HIDDEN}",
                "Transfer-Encoding: chunked|||{HIDDEN}",
                "Transfer-Encoding: chunked||5\r{HIDDEN}",
                "Transfer-Encoding: chunked||0|{HIDDEN}",
            })
    void shouldEndTheConnectionWhereTheEndIsInDoubt(String fields) throws IOException {
        List<RawClient.Reply> replies = exchange(expand("POST /app/x HTTP/1.1|Host: x|" + fields) + AFTER);

        assertThat(seen()).doesNotContain("hidden", "after");
        assertThat(replies).hasSizeLessThanOrEqualTo(1);
        assertThat(replies.stream().map(RawClient.Reply::status))
                .allMatch(status -> List.of(200, 400, 408, 413, 501).contains(status));
    }

    /** A line that is no request ends the connection: nothing behind it is read. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /app/x HTTP/1.1|Host: x|Host: y||",
                "GET /app/x HTTP/1.1||",
                "GET  /app/x HTTP/1.1|Host: x||",
                "GET /app/x  HTTP/1.1|Host: x||",
                "GET\t/app/x HTTP/1.1|Host: x||",
                "GET /app/ x HTTP/1.1|Host: x||",
                "GET /app/x HTTP/1.1\rHost: x||",
                "GET /app/x http/1.1|Host: x||",
                "GET /app/x HTTP/1.1.1|Host: x||",
                "G\0T /app/x HTTP/1.1|Host: x||",
                "GET /app/x HTTP/1.1|Host: x|: empty||",
                "GET /app/x HTTP/1.1|Host: x|no colon||",
                "GET /app/x HTTP/1.1|Host: x|X: a\0b||",
                "GET /app/x HTTP/1.1|Host: x|X y: z||",
            })
    void shouldReadNothingBehindWhatIsNoRequest(String request) throws IOException {
        List<RawClient.Reply> replies = exchange(expand(request) + HIDDEN + AFTER);

        assertThat(replies.stream().map(RawClient.Reply::status)).containsExactly(400);
        assertThat(seen()).doesNotContain("hidden", "after");
    }
}

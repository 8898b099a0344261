package modjvm.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import modjvm.spi.MemoryExchange;
import modjvm.spi.MemoryRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is made of the answers of a server, well-formed or not. */
@Timeout(60)
class ProxyHandlerTest {
    private static final String OK = "HTTP/1.1 200 OK\r\n";
    private static final String WHOLE = OK + "Content-Length: 2\r\n\r\nok";

    @TempDir
    Path folder;

    private RawServer server;
    private ProxyHandler handler;
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();

    private void answers(String... answers) throws IOException {
        server = new RawServer(folder, answers);
        handler = new ProxyHandler("program.jar", new ConnectionPool(server), () -> false);
    }

    @AfterEach
    void close() throws IOException {
        handler.close();
        server.close();
    }

    private MemoryExchange ask(MemoryRequest request) throws IOException {
        body.reset();
        MemoryExchange exchange = new MemoryExchange(request, body);
        handler.handle(exchange);
        exchange.end();
        return exchange;
    }

    private MemoryExchange ask(String method) throws IOException {
        return ask(new MemoryRequest("/shop", "/a b", "c=d").withMethod(method));
    }

    private String text() {
        return body.toString(StandardCharsets.ISO_8859_1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                OK + "Content-Length: 5\r\nX-A: 1\r\n\r\nhello",
                OK + "Transfer-Encoding: chunked\r\nX-A: 1\r\n\r\n3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\n\r\n",
                OK + "Connection: close, X-Hop\r\nX-Hop: 1\r\nX-A: 1\r\n\r\nhello<close>",
                "HTTP/1.0 200\r\nX-A:1 \r\n\r\nhello<close>",
                "HTTP/1.1 200 OK\nContent-Length: 5\nX-A: 1\n\nhello",
                "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + OK + "X-A: 1\r\nContent-Length: 5\r\n\r\nhello",
            })
    void shouldUnderstandEachFraming(String answer) throws IOException {
        answers(answer, WHOLE);

        MemoryExchange exchange = ask("GET");

        assertThat(exchange.status()).isEqualTo(200);
        assertThat(text()).isEqualTo("hello");
        assertThat(exchange.fields().first("X-A")).contains("1");
        assertThat(exchange.fields().contains("X-Hop")).isFalse();
        assertThat(exchange.fields().contains("Connection")).isFalse();
        assertThat(exchange.interims()).hasSize(answer.contains("103") ? 1 : 0);
        assertThat(server.requests.get(0)).startsWith("GET /a%20b?c=d HTTP/1.1\r\nHost: localhost\r\n");
        ask("GET");
        assertThat(text()).isEqualTo("ok");
        assertThat(server.connections).isEqualTo(answer.contains(RawServer.THEN_CLOSE) ? 2 : 1);
    }

    @ParameterizedTest
    @CsvSource({
        "HEAD, 200, Content-Length: 5000",
        "HEAD, 200, Transfer-Encoding: chunked",
        "GET, 204, X-A: 1",
        "GET, 304, Content-Length: 5000",
    })
    void shouldExpectNoBodyWhereThereIsNone(String method, int status, String field) throws IOException {
        answers("HTTP/1.1 " + status + " X\r\n" + field + "\r\n\r\n", WHOLE);

        assertThat(ask(method).status()).isEqualTo(status);
        assertThat(ask("GET").status()).isEqualTo(200);
        assertThat(text()).isEqualTo("ok");
        assertThat(server.connections).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "HTTP/1.1 200 OK~Content-Length: 2~Transfer-Encoding: chunked~~2~ok~0~~ | both Transfer-Encoding",
                "HTTP/1.1 200 OK~Content-Length: 2~Content-Length: 3~~ok | Content-Length: two that differ",
                "HTTP/1.1 200 OK~Content-Length: +2~~ok | Content-Length: +2",
                "HTTP/1.1 200 OK~Content-Length: 2, 2~~ok | Content-Length: 2, 2",
                "HTTP/1.1 200 OK~Transfer-Encoding: gzip, chunked~~0~~ | Transfer-Encoding \"gzip, chunked\"",
                "HTTP/1.1 200 OK~Transfer-Encoding: chunked~Transfer-Encoding: chunked~~0~~ | Transfer-Encoding",
                "HTTP/1.0 200 OK~Transfer-Encoding: chunked~~0~~ | Transfer-Encoding",
                "HTTP/1.1 200 OK~Content-Length : 2~~ok | a malformed header",
                "HTTP/1.1 200 OK~X-A: 1~ folded: 2~~ok | a malformed header",
                "HTTP/1.1 200 OK~nothing~~ok | a header without a colon",
                "HTTP/1.1 200 OK~X-A: a\u0000b~~ok | a malformed header",
                "HTTP/2 200~~ok | which is no HTTP/1.1",
                "HTTP/1.1 2000 OK~~ok | which is no HTTP/1.1",
                "HTTP/1.1 099 OK~~ok | which is no HTTP/1.1",
                "hello | which is no HTTP/1.1",
                "HTTP/1.1 101 Yes~Upgrade: x~~ | status 101 that nobody has asked for",
                "<close> | closed the connection without a response",
                "HTTP/1.1 200 OK~Content-Le<close> | in the middle of a response",
            })
    void shouldRefuseWhatIsNoResponse(String answer, String reason) throws IOException {
        answers(answer.replace("~", "\r\n") + (answer.equals("hello") ? "\r\n" : ""), WHOLE);

        MemoryExchange exchange = ask("GET");

        assertThat(exchange.status()).isEqualTo(502);
        assertThat(exchange.failure()).startsWith("program.jar: ").contains(reason);
        assertThat(ask("GET").status()).isEqualTo(200);
        assertThat(server.connections).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: 5~~hell<close>",
                "Transfer-Encoding: chunked~~5~hello~<close>",
                "Transfer-Encoding: chunked~~5~hellooo~0~~",
                "Transfer-Encoding: chunked~~4~hello~0~~",
                "Transfer-Encoding: chunked~~-1~hello~0~~",
                "Transfer-Encoding: chunked~~ 5~hello~0~~",
                "Transfer-Encoding: chunked~~0x5~hello~0~~",
                "Transfer-Encoding: chunked~~5 5~hello~0~~",
                "Transfer-Encoding: chunked~~10000000000000005~hello~0~~",
                "Transfer-Encoding: chunked~~5\nhello~0~~",
                "Transfer-Encoding: chunked~~~~",
            })
    void shouldBreakOffAResponseThatIsNotWhole(String rest) throws IOException {
        answers(OK + rest.replace("~", "\r\n"), WHOLE);

        assertThat(ask("GET").failure()).isNotEmpty();
        assertThat(ask("GET").failure()).isEmpty();
        assertThat(server.connections).isEqualTo(2);
    }

    @Test
    void shouldNotUseAConnectionAgainOnWhichMoreHasCome() throws IOException {
        answers(WHOLE + "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil", WHOLE);

        ask("GET");
        assertThat(text()).isEqualTo("ok");
        ask("GET");
        assertThat(text()).isEqualTo("ok");
        assertThat(server.connections).isEqualTo(2);
    }

    @Test
    void shouldNotTakeWhatCameLaterForAResponse() throws Exception {
        answers(WHOLE + RawServer.LATER + "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil", WHOLE);

        ask("GET");
        server.later.countDown();
        server.sent.await();
        ask("GET");
        assertThat(text()).isEqualTo("ok");
        assertThat(server.connections).isEqualTo(2);
    }

    @Test
    void shouldRepeatOnlyWhatDoesNoHarm() throws IOException {
        answers(WHOLE, RawServer.THEN_CLOSE, WHOLE, RawServer.THEN_CLOSE, WHOLE);

        ask("GET");
        assertThat(ask("GET").status()).isEqualTo(200);
        MemoryExchange post = ask("POST");
        assertThat(post.status()).isEqualTo(502);
        assertThat(server.requests).hasSize(4);
        assertThat(ask("POST").status()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 8_192, 100_000})
    void shouldSendTheBody(int length) throws IOException {
        answers(WHOLE);
        byte[] bytes = "x".repeat(length).getBytes(StandardCharsets.US_ASCII);

        MemoryExchange exchange =
                ask(new MemoryRequest("", "/", "").withMethod("POST").withBody(bytes));

        assertThat(exchange.status()).isEqualTo(200);
        assertThat(server.requests.get(0))
                .contains("Content-Length: " + length + "\r\n")
                .endsWith("x".repeat(length));
        assertThat(server.requests.get(0)).doesNotContain("X-Forwarded-Prefix");
    }

    @Test
    void shouldRefuseAPathThatTheServerCouldTakeForAnother() throws IOException {
        answers(WHOLE);

        assertThat(ask(new MemoryRequest("/shop", "/a/..;/admin", "")).status()).isEqualTo(400);
        assertThat(server.requests).isEmpty();
        ask("GET");
    }

    @Test
    void shouldSayThatNobodyListens() throws IOException {
        answers(WHOLE);
        server.close();

        MemoryExchange exchange = ask("GET");

        assertThat(exchange.status()).isEqualTo(503);
        assertThat(exchange.failure()).startsWith("program.jar: ");
    }

    @Test
    void shouldPutRedirectsBelowTheMount() throws IOException {
        String head = "HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: ";
        answers(
                head + "/x\r\n\r\n",
                head + "http://localhost/x\r\n\r\n",
                head + "/shop/x\r\n\r\n",
                head + "//a/x\r\n\r\n",
                head + "x\r\n\r\n");

        assertThat(ask("GET").fields().first("Location")).contains("/shop/x");
        assertThat(ask("GET").fields().first("Location")).contains("http://localhost/shop/x");
        assertThat(ask("GET").fields().first("Location")).contains("/shop/x");
        assertThat(ask("GET").fields().first("Location")).contains("//a/x");
        assertThat(ask("GET").fields().first("Location")).contains("x");
    }
}

package modjvm.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import modjvm.Header;
import modjvm.Headers;
import org.apache.catalina.util.SessionIdGeneratorBase;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import sample.Echo;

class WebApplicationTest {
    @AutoClose
    private static Site site;

    private static WebApplication application;

    @BeforeAll
    static void start(@TempDir Path root) throws Exception {
        site = new Site(root)
                .classes(Echo.class)
                .file("static.txt", "static")
                .file("index.html", "<p>welcome")
                .file("folder/empty.txt", "")
                .file("large.bin", "x".repeat(100_000))
                .file("WEB-INF/secret.txt", "secret")
                .file("META-INF/secret.txt", "secret")
                .file(
                        "META-INF/context.xml",
                        "<Context><Environment name='answer' type='java.lang.Integer' value='42'/>"
                                + "<Parameter name='own' value='set'/></Context>")
                .file(
                        "WEB-INF/web.xml",
                        "<web-app xmlns='https://jakarta.ee/xml/ns/jakartaee' version='6.1'>"
                                + "<error-page><error-code>418</error-code><location>/static.txt</location></error-page>"
                                + "</web-app>");
        application = site.start("/shop");
    }

    private static FakeExchange get(String path) throws Exception {
        return FakeExchange.get("/shop" + path).at("/shop").serve(application);
    }

    @Test
    void shouldTellTheApplicationWhatHttpdKnows() throws Exception {
        FakeExchange exchange = FakeExchange.get("/shop/echo/a%20b;v=1?x=1&x=%C3%A4")
                .at("/shop")
                .decoded("/echo/a b;v=1")
                .header("Accept-Language", "de")
                .user("alice")
                .variable("SITE_NAME", "first")
                .serve(application);

        assertThat(exchange.status()).isEqualTo(200);
        assertThat(exchange.text().lines())
                .containsExactly(
                        "method GET",
                        "uri /shop/echo/a%20b;v=1",
                        "url http://www.example.com:8080/shop/echo/a%20b;v=1",
                        "context /shop",
                        "servlet /echo",
                        "info /a b",
                        "query x=1&x=%C3%A4",
                        "remote 192.0.2.7 54321",
                        "local 192.0.2.1 8080",
                        "user alice Basic alice",
                        "secure false null null",
                        "encoding UTF-8 UTF-8",
                        "parameter x=1,ä",
                        "attribute first",
                        "real true",
                        "language de",
                        "length -1");
        assertThat(exchange.header("Content-Type")).isEqualTo("text/plain;charset=UTF-8");
        assertThat(exchange.isWhole()).isTrue();
    }

    @Test
    void shouldNotSeedAGeneratorOfItsOwnForSessions() {
        SessionIdGeneratorBase ids =
                (SessionIdGeneratorBase) site.context().getManager().getSessionIdGenerator();

        assertThat(ids.getSecureRandomAlgorithm()).as("Tomcat's is SHA1PRNG").isEmpty();
    }

    @Test
    void shouldTellOfTls() throws Exception {
        FakeExchange exchange = FakeExchange.get("/shop/echo")
                .at("/shop")
                .https()
                .variable("SSL_CIPHER", "TLS_AES_256_GCM_SHA384")
                .variable("SSL_CIPHER_USEKEYSIZE", "256")
                .serve(application);

        assertThat(exchange.text()).contains("secure true TLS_AES_256_GCM_SHA384 256");
    }

    @Test
    void shouldReadForms() throws Exception {
        FakeExchange exchange = FakeExchange.of("POST", "/shop/echo?a=1")
                .at("/shop")
                .body("application/x-www-form-urlencoded", "a=2&b=%C3%B6")
                .serve(application);

        assertThat(exchange.text()).contains("parameter a=1,2", "parameter b=ö", "length 12");
    }

    @Test
    void shouldReadMultipart() throws Exception {
        String body = "--x\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a.txt\"\r\n\r\nhello\r\n--x--\r\n";
        FakeExchange exchange = FakeExchange.of("POST", "/shop/echo?do=parts")
                .at("/shop")
                .body("multipart/form-data; boundary=x", body)
                .serve(application);

        assertThat(exchange.text()).isEqualToNormalizingNewlines("f a.txt 5\n");
    }

    @Test
    void shouldPassOnABodyOfUnknownLength() throws Exception {
        byte[] large = "0123456789".repeat(10_000).getBytes(StandardCharsets.US_ASCII);
        FakeExchange exchange = FakeExchange.of("PUT", "/shop/echo?do=body").at("/shop").stream(
                        new ByteArrayInputStream(large))
                .serve(application);

        assertThat(exchange.sent.toByteArray()).isEqualTo(large);
        assertThat(exchange.head.length()).isEqualTo(-1);
    }

    @Test
    void shouldKeepSessions() throws Exception {
        FakeExchange first = get("/echo?do=count");
        String cookie = first.header("Set-Cookie");

        assertThat(first.text()).isEqualTo("1");
        assertThat(cookie).startsWith("JSESSIONID=").contains("Path=/shop", "HttpOnly");
        String id = cookie.substring("JSESSIONID=".length(), cookie.indexOf(';'));
        assertThat(FakeExchange.get("/shop/echo?do=count")
                        .at("/shop")
                        .header("Cookie", "JSESSIONID=" + id)
                        .serve(application)
                        .text())
                .isEqualTo("2");
        assertThat(FakeExchange.get("/shop/echo;jsessionid=" + id + "?do=count")
                        .at("/shop")
                        .serve(application)
                        .text())
                .isEqualTo("3");
    }

    @Test
    void shouldForwardAndInclude() throws Exception {
        assertThat(get("/echo?do=forward").text()).isEqualTo("static");
        assertThat(get("/echo?do=include").text()).isEqualTo("[word]");
    }

    @Test
    void shouldAnswerWithTheApplicationsErrorPage() throws Exception {
        FakeExchange exchange = get("/echo?do=error");

        assertThat(exchange.status()).isEqualTo(418);
        assertThat(exchange.text()).isEqualTo("static");
    }

    @Test
    void shouldAnswer500WithoutItsReasonIfTheApplicationThrows() throws Exception {
        FakeExchange exchange = get("/echo?do=throw");

        assertThat(exchange.status()).isEqualTo(500);
        assertThat(exchange.text()).doesNotContain("thrown", "Exception", "Apache Tomcat");
    }

    @Test
    void shouldShowTheMessageOfSendError() throws Exception {
        FakeExchange exchange = get("/echo?do=gone");

        assertThat(exchange.status()).isEqualTo(410);
        assertThat(exchange.text()).contains("moved to &lt;b&gt;Rome").doesNotContain("Apache Tomcat");
    }

    @Test
    void shouldBreakOffAResponseThatHasBegunIfTheApplicationThrows() throws Exception {
        FakeExchange exchange = get("/echo?do=late");

        assertThat(exchange.text()).isEqualTo("begun");
        assertThat(exchange.isWhole()).isFalse();
        assertThat(exchange.failure).startsWith("500 ").contains("thrown late");
    }

    @Test
    void shouldServeStaticFiles() throws Exception {
        FakeExchange exchange = get("/static.txt");

        assertThat(exchange.text()).isEqualTo("static");
        assertThat(exchange.header("Content-Type")).isEqualTo("text/plain");
        assertThat(exchange.header("ETag")).isNotEmpty();
        assertThat(exchange.head.length()).isEqualTo(6);
    }

    @Test
    void shouldHandALargeFileOver() throws Exception {
        FakeExchange whole = get("/large.bin");
        FakeExchange part = FakeExchange.get("/shop/large.bin")
                .at("/shop")
                .header("Range", "bytes=10-60009")
                .serve(application);

        assertThat(whole.isFile).isTrue();
        assertThat(whole.head.length()).isEqualTo(100_000);
        assertThat(whole.sent.size()).isEqualTo(100_000);
        assertThat(part.status()).isEqualTo(206);
        assertThat(part.isFile).isTrue();
        assertThat(part.sent.size()).isEqualTo(60_000);
    }

    @Test
    void shouldServeWelcomeFilesAndListNoFolder() throws Exception {
        assertThat(get("/").text()).isEqualTo("<p>welcome");
        assertThat(get("/folder/").status()).isEqualTo(404);
        assertThat(get("").status()).isEqualTo(302);
        assertThat(get("").header("Location")).isEqualTo("/shop/");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/WEB-INF/secret.txt",
                "/web-inf/secret.txt",
                "/META-INF/secret.txt",
                "/WEB-INF;x=y/secret.txt",
                "/;x=y/WEB-INF/secret.txt",
                "/%57EB-INF/secret.txt",
                "//WEB-INF/secret.txt",
                "/folder/..;/WEB-INF/secret.txt",
                "/folder/..;x=y/WEB-INF/secret.txt",
                "/folder/.;/WEB-INF/secret.txt",
                "/WEB-INF%2fsecret.txt",
                "/WEB-INF/./secret.txt"
            })
    void shouldHideWhatIsTheApplicationsOwn(String path) throws Exception {
        FakeExchange exchange = FakeExchange.get("/shop" + path)
                .at("/shop")
                .decoded(path.replace("%57", "W").replace("%2f", "/").replace("/./", "/"))
                .serve(application);

        assertThat(exchange.status()).isBetween(400, 404);
        assertThat(exchange.text()).doesNotContain("secret");
    }

    @Test
    void shouldNotLeaveItsMount() throws Exception {
        assertThat(get("/..;/manager").status()).isEqualTo(400);
        assertThat(FakeExchange.get("/other/echo")
                        .decoded("/other/echo")
                        .serve(application)
                        .status())
                .isEqualTo(404);
    }

    @Test
    void shouldFollowWhatHttpdHasRewritten() throws Exception {
        FakeExchange exchange = FakeExchange.get("/old%20path?x=1")
                .at("/shop")
                .decoded("/echo/new path;a=b")
                .serve(application);

        assertThat(exchange.text()).contains("uri /shop/echo/new%20path;a=b", "info /new path\n");
    }

    @Test
    void shouldSendHeadWithoutABody() throws Exception {
        FakeExchange exchange =
                FakeExchange.of("HEAD", "/shop/static.txt").at("/shop").serve(application);

        assertThat(exchange.status()).isEqualTo(200);
        assertThat(exchange.head.length()).isEqualTo(6);
        assertThat(exchange.sent.size()).isZero();
        assertThat(exchange.isWhole()).isTrue();
    }

    @Test
    void shouldSendEarlyHints() throws Exception {
        FakeExchange exchange = get("/echo?do=hints");

        assertThat(exchange.informed)
                .hasSize(1)
                .first()
                .asString()
                .startsWith("103 ")
                .contains("rel=preload");
        assertThat(exchange.text()).isEqualTo("hinted");
    }

    @Test
    void shouldPassTrailersBothWays() throws Exception {
        FakeExchange exchange = FakeExchange.of("POST", "/shop/echo?do=trailers").at("/shop").stream(
                        new ByteArrayInputStream("abc".getBytes(StandardCharsets.US_ASCII)))
                .trailers(Headers.of(List.of(new Header("x-sum", "7"))))
                .serve(application);

        assertThat(exchange.trailers).isEqualTo(Headers.of(List.of(new Header("x-sum", "7"))));
        assertThat(exchange.text()).isEqualTo("body");
    }

    @Test
    void shouldTakeTrailersThatAreSetAfterTheHead() throws Exception {
        FakeExchange exchange = get("/echo?do=late-trailers");

        assertThat(exchange.text()).isEqualTo("set");
        assertThat(exchange.head.hasTrailers()).isTrue();
        assertThat(exchange.trailers).isEqualTo(Headers.of(List.of(new Header("x-sum", "7"))));
    }

    @Test
    void shouldRefuseTrailersThatCannotFollow() throws Exception {
        assertThat(get("/echo?do=late-trailers&length=3").text())
                .as("a length is sent")
                .isEqualTo("not");
        assertThat(FakeExchange.get("/shop/echo?do=late-trailers")
                        .at("/shop")
                        .protocol("HTTP/1.0")
                        .serve(application)
                        .text())
                .isEqualTo("not");
    }

    @Test
    void shouldNotLetAHeaderSplitTheResponse() throws Exception {
        FakeExchange exchange = get("/echo?do=controls");

        assertThat(exchange.header("X-Bad")).isEqualTo("a  Set-Cookie: b");
        assertThat(exchange.header("Set-Cookie")).isEqualTo("c=v");
    }

    @Test
    void shouldFlush() throws Exception {
        FakeExchange exchange = get("/echo?do=flush");

        assertThat(exchange.flushes).contains(3);
        assertThat(exchange.text()).isEqualTo("onetwo");
    }

    @Test
    void shouldRedirectRelatively() throws Exception {
        FakeExchange exchange = get("/echo/?do=redirect");

        assertThat(exchange.status()).isEqualTo(302);
        assertThat(exchange.header("Location")).isEqualTo("elsewhere");
    }

    @Test
    void shouldReadTheApplicationsOwnContextXml() throws Exception {
        assertThat(get("/echo?do=environment").text()).isEqualTo("42 set");
    }

    @Test
    void shouldSendAStatusWithoutABody() throws Exception {
        FakeExchange exchange = get("/echo?do=none");

        assertThat(exchange.status()).isEqualTo(204);
        assertThat(exchange.isWhole()).isTrue();
    }
}

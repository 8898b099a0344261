package modjvm.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import modjvm.it.harness.Await;
import modjvm.it.harness.Http;
import modjvm.it.harness.Httpd;
import modjvm.it.harness.Proc;
import modjvm.it.harness.RawClient;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Programs with a server of their own, at a Unix socket and at a port: one that is written here,
 * and WireMock.
 */
class ProxyTest {
    @AutoClose
    private static Httpd httpd;

    @BeforeAll
    static void start() throws IOException {
        httpd = Httpd.with().host("own", """
                        JVMDaemonProcess own ${AS1} queue-timeout=600 startup-timeout=600 heap=256m
                        JVMAlias /wiremock ${WORK}/wiremock.jar entry-point=main argument=--port argument=${port} argument=--bind-address argument=127.0.0.1 param.proxy.readinessPath=/__admin/health
                        JVMAlias /own ${APPS}/proxy/OwnServer.java entry-point=main argument=--socket=${socket}
                        JVMAlias / ${APPS}/proxy/OwnServer.java entry-point=main argument=--port=${port}
                        """).write();
        Path jar = Path.of(System.getProperty("basedir", "."), "target/wars/wiremock-standalone.jar");
        Files.copy(jar, httpd.work().resolve("wiremock.jar"));
        httpd.expect("OwnServer.java: the server has closed the connection");
        httpd.start();
    }

    private static HttpResponse<String> get(String path) {
        return Http.get(httpd.uri("own", path));
    }

    @Test
    void shouldServeWireMock() {
        assertThat(Http.post(httpd.uri("own", "/wiremock/__admin/mappings"), BodyPublishers.ofString("""
                                {"request": {"urlPath": "/greeting", "method": "ANY"},
                                 "response": {"status": 201, "headers": {"X-Two": ["1", "2"]}, "body": "good day"}}
                                """))
                        .statusCode())
                .isEqualTo(201);

        HttpResponse<String> greeting = get("/wiremock/greeting?a=b");

        assertThat(greeting.statusCode()).isEqualTo(201);
        assertThat(greeting.body()).isEqualTo("good day");
        assertThat(greeting.headers().allValues("X-Two")).containsExactly("1", "2");
        String seen = get("/wiremock/__admin/requests").body();
        assertThat(seen).contains("\"/greeting?a=b\"").contains("\"X-Forwarded-Prefix\" : \"/wiremock\"");
    }

    @Test
    void shouldSayWhatHttpdKnowsAndNothingThatTheClientClaims() throws IOException {
        int port = httpd.port("own");
        try (RawClient client = new RawClient(port)) {
            client.send(
                    "GET /own/a%20b?c=d HTTP/1.1\r\nHost: shop.example:8443\r\nConnection: close, X-Hop\r\nX-Hop: 1\r\n"
                            + "X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Proto: https\r\nX_Forwarded_Host: evil\r\n"
                            + "Forwarded: for=192.0.2.1\r\nProxy: evil\r\nX-Real-IP: 192.0.2.1\r\nX-Kept: yes\r\n\r\n");
            String seen = client.receive().text();
            assertThat(seen.lines())
                    .containsExactlyInAnyOrder(
                            "GET /a%20b?c=d HTTP/1.1",
                            "Host: shop.example:8443",
                            "X-Kept: yes",
                            "X-Forwarded-For: 127.0.0.1",
                            "X-Forwarded-Host: shop.example:8443",
                            "X-Forwarded-Proto: http",
                            "X-Forwarded-Port: 8443",
                            "X-Forwarded-Prefix: /own",
                            "");
        }
        assertThat(get("/own/redirect").headers().firstValue("Location")).contains("/own/there");
        assertThat(get("/redirect").headers().firstValue("Location")).contains("/there");
    }

    @Test
    void shouldStreamBothWays() throws IOException {
        for (String expect : List.of("", "Expect: 100-continue\r\n")) {
            try (RawClient client = new RawClient(httpd.port("own"))) {
                client.send("POST /own/echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n" + expect + "\r\n");
                if (!expect.isEmpty()) {
                    assertThat(client.receiveHead().status()).isEqualTo(100);
                }
                client.send("4\r\nping\r\n");
                assertThat(client.receiveHead().status()).isEqualTo(200);
                assertThat(text(client, "4\r\nping\r\n".length())).isEqualTo("4\r\nping\r\n");
                client.send("4\r\npong\r\n0\r\n\r\n");
                assertThat(text(client, "4\r\npong\r\n0\r\n\r\n".length())).isEqualTo("4\r\npong\r\n0\r\n\r\n");
            }
        }
        assertThat(Http.post(httpd.uri("own", "/refuse"), BodyPublishers.ofString("x".repeat(3_000_000)))
                        .statusCode())
                .isEqualTo(413);
    }

    private static String text(RawClient client, int length) throws IOException {
        return new String(client.input().readNBytes(length), StandardCharsets.ISO_8859_1);
    }

    @Test
    void shouldTunnel() throws IOException {
        try (RawClient client = new RawClient(httpd.port("own"))) {
            client.send("GET /own/tunnel HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n");
            assertThat(client.receiveHead().status()).isEqualTo(101);
            client.send("you");
            assertThat(text(client, 9)).isEqualTo("hello you");
            client.shutdownOutput();
            assertThat(client.input().read()).isEqualTo(-1);
        }
    }

    @Test
    void shouldTellTheServerOfAClientThatLeaves() throws IOException {
        String before = get("/left").body().replaceFirst(" .*", "");
        try (RawClient client = new RawClient(httpd.port("own"))) {
            client.send("GET /wait HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(client.receiveHead().status()).isEqualTo(200);
            assertThat(text(client, 10)).isEqualTo("5\r\nfirst\r\n");
        }
        Await.until(
                "the server hears of it", Await.LONG, () -> !get("/left").body().startsWith(before + " "));
    }

    @Test
    void shouldPassInterimResponses() throws IOException {
        try (RawClient client = new RawClient(httpd.port("own"))) {
            client.send("GET /hints HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(client.receiveHead().status()).isEqualTo(103);
            assertThat(client.receive().text()).isEqualTo("hinted");
        }
    }

    @Test
    void shouldNotTakeAHalfResponseForAWholeOne() throws IOException {
        assertThat(get("/close").statusCode()).isEqualTo(502);
        try (RawClient client = new RawClient(httpd.port("own"))) {
            client.send("GET /half HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(client.receiveHead().status()).isEqualTo(200);
            assertThat(client.input().readAllBytes()).hasSizeLessThan(100_000);
        }
    }

    @Test
    void shouldRollWithoutALostRequest() throws IOException {
        List<Proc> before = httpd.awaitReady("own", 1);
        Path jar = httpd.work().resolve("wiremock.jar");
        Path next = Files.copy(jar, httpd.work().resolve("next"));
        Files.move(next, jar, StandardCopyOption.REPLACE_EXISTING);

        Await.until("another process serves", Await.LONG.multipliedBy(2), () -> {
            HttpResponse<String> answer = get("/own/");
            assertThat(answer.statusCode()).isEqualTo(200);
            return !answer.headers()
                    .firstValue("X-Process")
                    .orElse("")
                    .equals(Integer.toString(before.get(0).pid()));
        });
        Await.until("the former one has ended", Await.LONG, () -> !before.get(0).isAlive());
    }
}

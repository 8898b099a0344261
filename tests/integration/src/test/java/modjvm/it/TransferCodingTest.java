package modjvm.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import modjvm.it.harness.Httpd;
import modjvm.it.harness.RawClient;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A body that httpd does not decode reaches no application, and no part of it is taken for a
 * request.
 */
class TransferCodingTest {
    /** What an application would answer with, should it get it. */
    private static final String SMUGGLED = "GET /app?smuggled HTTP/1.1\r\nHost: x\r\n\r\n";

    @AutoClose
    private static Httpd httpd;

    @BeforeAll
    static void start() throws IOException {
        httpd = Httpd.with().host("site", """
                JVMDaemonProcess site ${AS1}
                JVMAlias /app ${APPS}/Serving.java
                JVMAlias /facts ${APPS}/Facts.java
                """).start();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "gzip, chunked",
                "gzip,chunked",
                "deflate, gzip, chunked",
                "identity, chunked",
                "chunked, chunked",
                "x-own;a=b, chunked",
                "gzip, chunked\r\nContent-Length: 3",
                "gzip\r\nTransfer-Encoding: chunked",
                "GZIP, Chunked",
                "gzip",
                "identity",
                "chunked, gzip",
                "xchunked",
                "chunked;q=1"
            })
    void shouldBeRefused(String coding) throws IOException {
        String body = Integer.toHexString(SMUGGLED.length()) + "\r\n" + SMUGGLED + "\r\n0\r\n\r\n";
        try (RawClient client = new RawClient(httpd.port("site"))) {
            client.send("POST /app HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: " + coding + "\r\n\r\n" + body + SMUGGLED);
            RawClient.Reply reply = client.receive();

            assertThat(reply.status())
                    .isIn(
                            coding.toLowerCase(java.util.Locale.ROOT).endsWith("chunked") && !coding.startsWith("x")
                                            || coding.endsWith("3")
                                            || coding.startsWith("x-own")
                                    ? new Object[] {501}
                                    : new Object[] {400, 501});
            assertThat(reply.head().first("Connection")).isEqualToIgnoringCase("close");
            assertThat(client.input().read()).isNegative();
        }
        assertThat(RawClient.get(httpd.port("site"), "/app?seen").text()).doesNotContain("POST", "smuggled");
    }

    @Test
    void shouldBeTakenIfHttpdDecodesIt() throws IOException {
        for (String coding : new String[] {"chunked", "Chunked", " chunked "}) {
            try (RawClient client = new RawClient(httpd.port("site"))) {
                client.send("POST /facts?length HTTP/1.1\r\nHost: x\r\nTransfer-Encoding:" + coding
                        + "\r\n\r\n3\r\nabc\r\n0\r\n\r\nGET /facts?body HTTP/1.1\r\nHost: x\r\n\r\n");
                assertThat(client.receive().text()).isEqualTo("-1 3");
                assertThat(client.receive().status()).isEqualTo(200);
            }
        }
    }
}

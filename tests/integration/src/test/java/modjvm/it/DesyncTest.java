package modjvm.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import modjvm.it.harness.Httpd;
import modjvm.it.harness.RawClient;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * An application that tries to answer more than its request: the next response on the connection is
 * the next request's, or there is none.
 */
class DesyncTest {
    @AutoClose
    private static Httpd httpd;

    @BeforeAll
    static void start() {
        httpd = Httpd.with().host("site", """
                JVMDaemonProcess site ${AS1}
                JVMAlias /split ${APPS}/Splitter.java
                JVMAlias /hello ${APPS}/Hello.java
                """).start();
        httpd.expect("/split|Splitter|Exception|MJ004\\d");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET value=a%0d%0aInjected:%20b",
                "GET value=a%0aInjected:%20b",
                "GET value=a%0dInjected:%20b",
                "GET value=a%0d%0a%0d%0ainjected",
                "GET value=a%00Injected",
                "GET value=%0d%0aInjected:b",
                "GET value=a%0d%0a%20Injected",
                "GET value=%0b%0c%7f",
                "GET name=Injected:%20a%0d%0aX",
                "GET name=X%0d%0aInjected",
                "GET name=X%20Injected",
                "GET name=",
                "GET name=%3a",
                "GET type=text/plain%0d%0aInjected:%20b",
                "GET type=text/plain%0aInjected:%20b",
                "GET interim=a%0d%0aInjected:%20b",
                "GET interim=a%0d%0a%0d%0aHTTP/1.1%20200%20OK%0d%0aInjected:%20b",
                "GET trailer=a%0d%0aInjected:%20b",
                "GET status=0",
                "GET status=99",
                "GET status=100",
                "GET status=101",
                "GET status=199",
                "GET status=1000",
                "GET status=-200",
                "GET length=0",
                "GET length=5",
                "GET length=-1",
                "GET length=5,%206",
                "GET length=x",
                "GET length=1000000",
                "GET length=99999999999999999999",
                "HEAD length=0",
                "GET coding=chunked",
                "GET coding=identity",
                "GET coding=gzip,%20chunked",
                "HEAD coding=chunked",
                "GET connection=keep-alive",
                "GET connection=upgrade",
                "GET connection=close,%20keep-alive",
                "GET empty=204",
                "GET empty=205",
                "GET empty=304",
                "HEAD empty=200",
                "GET unasked",
            })
    void shouldStayInStep(String question) throws IOException {
        String[] words = question.split(" ");
        try (RawClient client = new RawClient(httpd.port("site"))) {
            client.send(words[0] + " /split?" + words[1] + " HTTP/1.1\r\nHost: x\r\n\r\n");
            client.send("GET /hello/next HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
            RawClient.Head first = finalHead(client);
            assertThat(first.all("Injected")).isEmpty();
            assertThat(first.fields()).allMatch(field -> field.matches("[!-9;-~]+:.*"));
            if (!words[0].equals("HEAD")) {
                String body = new String(client.body(first).readAllBytes());
                // what the application sends as a body is one
                assertThat(words[1].startsWith("length")
                                || words[1].startsWith("empty")
                                || words[1].startsWith("coding")
                                || !body.contains("injected"))
                        .as(body)
                        .isTrue();
            }
            RawClient.Reply next = client.receive();
            assertThat(next.status()).isEqualTo(200);
            assertThat(next.text()).isEqualTo("Hello, /next\n");
            assertThat(client.input().read()).isNegative();
        } catch (EOFException | SocketException e) {
            // broken off: nothing else came on the connection
        }
    }

    private static RawClient.Head finalHead(RawClient client) throws IOException {
        RawClient.Head head = client.receiveHead();
        while (head.status() == 103) {
            assertThat(head.all("Injected")).isEmpty();
            head = client.receiveHead();
        }
        assertThat(head.status()).isGreaterThanOrEqualTo(200);
        return head;
    }
}

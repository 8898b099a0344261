package modjvm.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import modjvm.it.harness.Await;
import modjvm.it.harness.ErrorLog;
import modjvm.it.harness.Http;
import modjvm.it.harness.Httpd;
import modjvm.it.harness.RawClient;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * What applications print and log: in the error log of the request's virtual host, with level, pool
 * and httpd's log id.
 */
class RequestLogTest {
    @AutoClose
    private static Httpd httpd;

    @BeforeAll
    static void start() {
        httpd = Httpd.with()
                .main("JVMDaemonProcess shared ${AS1}\nLogFormat \"%L %U%q\" ids")
                .host("one", """
                        CustomLog ${WORK}/access.log ids
                        JVMProcessGroup shared
                        JVMAlias /wire ${APPS}/Wire.java
                        """)
                .host("two", """
                        LogLevel jvm:error
                        JVMProcessGroup shared
                        JVMAlias /wire ${APPS}/Wire.java
                        """)
                .start();
        httpd.expect("complained|thrown|inner");
        Http.await(httpd.uri("one", "/wire?input=x"), 200);
    }

    /**
     * What the tests have logged holds a hyphen, which httpd's log ids, of random characters, never
     * do.
     */
    @Test
    void shouldLogToTheVirtualHostOfTheRequest() throws IOException {
        Http.get(httpd.uri("one", "/wire?log=A-1"));
        ErrorLog log = httpd.log("one");
        String printed = log.await("printed A-1");
        assertThat(printed).contains("[jvm:notice]", "[client 127.0.0.1:", "[pool shared] [id ");
        assertThat(log.await("complained A-1")).contains("[jvm:error]");
        assertThat(log.await("unfinished A-1")).contains("[jvm:notice]");
        assertThat(log.await("warned A-1")).contains("[jvm:warn]").contains("shop.Orders: warned A-1");
        assertThat(log.await("thrown A-1")).contains("[jvm:error]");
        assertThat(log.await("IllegalStateException: inner A-1")).contains("[jvm:error]");
        assertThat(log.await("at Wire.answer")).contains("]     at Wire.answer");
        assertThat(log.await("informed A-1")).contains("[jvm:info]").contains("shop.System: informed A-1");
        assertThat(log.lines("fine A-1")).isEmpty();
        // a thread of the application's own belongs to no request
        httpd.log().await("elsewhere A-1");
        assertThat(log.lines("elsewhere A-1")).isEmpty();

        String id = printed.replaceFirst(".*\\[id ([^]]+)\\].*", "$1");
        Await.until(
                "the access log has the same id", Await.LONG, () -> accessLog().contains(id + " /wire?log=A-1\n"));
        assertThat(log.lines("A-1")).allMatch(line -> line.contains("[id " + id + "]"));
    }

    @Test
    void shouldHeedTheVirtualHostsLogLevel() {
        Http.get(httpd.uri("two", "/wire?log=B-2"));
        ErrorLog log = httpd.log("two");
        log.await("complained B-2");
        assertThat(log.lines("warned B-2|informed B-2")).isEmpty();
        assertThat(httpd.log("one").lines("B-2")).isEmpty();
    }

    @Test
    void shouldLoseNoLineAndNotWaitWhereAClientStalls() throws IOException {
        try (RawClient stalled = new RawClient(httpd.port("one"))) {
            stalled.send("GET /wire?logstream=C-3 HTTP/1.1\r\nHost: x\r\n\r\n");
            RawClient.Head head = stalled.receiveHead();
            // the application gets on until its response is held up, and all that it said until
            // then is there
            httpd.log("one").await("piece C-3 1$");
            assertThat(Http.get(httpd.uri("one", "/wire?log=D-4")).statusCode()).isEqualTo(200);
            httpd.log("one").await("printed D-4");
            stalled.body(head).transferTo(java.io.OutputStream.nullOutputStream());
        }
        Await.until("every line is in one of the logs", Await.LONG, () -> lines().size() == 400);
    }

    private static List<String> lines() {
        return java.util.stream.Stream.concat(
                        httpd.log("one").lines("piece C-3 \\d+$").stream(),
                        httpd.log().lines("piece C-3 \\d+$").stream())
                .toList();
    }

    private static String accessLog() {
        try {
            return Files.readString(httpd.work().resolve("access.log"));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}

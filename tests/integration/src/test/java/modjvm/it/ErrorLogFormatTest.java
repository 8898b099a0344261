package modjvm.it;

import static org.assertj.core.api.Assertions.assertThat;

import modjvm.it.harness.Http;
import modjvm.it.harness.Httpd;
import org.junit.jupiter.api.Test;

/** ErrorLogFormat: lines about pools look like those of httpd in the same log. */
class ErrorLogFormatTest {
    private static final String POOL =
            "JVMDaemonProcess %s ${AS1}\nJVMProcessGroup %1$s\nJVMAlias / ${APPS}/Ends.java\n";

    @Test
    void shouldFollowTheFormatOfTheVirtualHost() {
        try (Httpd httpd = Httpd.with()
                .main("ErrorLogFormat \"MAIN [%{uc}t] [%-m:%-l] [pid %P] %7F: %E: [client\\\\ %a] %M\"")
                .host("one", """
                        ErrorLogFormat "{\\"host\\":\\"%v\\",\\"level\\":\\"%l\\",\\"text\\":\\"%M\\"}"
                        ErrorLogFormat connection "connected"
                        ErrorLogFormat request "requested"
                        """ + POOL.formatted("one"))
                .host("two", POOL.formatted("two"))
                .start()) {
            assertThat(httpd.log("one").await("pool one pid \\d+ ready"))
                    .matches(
                            "\\{\"host\":\"one\\.test\",\"level\":\"info\",\"text\":\"MJ0103: pool one pid \\d+ ready in \\d+ ms\"}");
            assertThat(httpd.log("two").await("pool two pid \\d+ ready"))
                    .matches(
                            "MAIN \\[[-0-9]{10} [:0-9]{8}\\.\\d{6}] \\[jvm:info] \\[pid \\d+] MJ0103: pool two pid \\d+ ready in \\d+ ms");
            assertThat(Http.get(httpd.uri("one", "/?print=background")).statusCode())
                    .isEqualTo(200);
            assertThat(httpd.log("one").await("background")).startsWith("{\"host\":\"one.test\"");
        }
    }

    @Test
    void shouldTakeAnotherFormatWithAGracefulWithoutARoll() {
        try (Httpd httpd = Httpd.with().host("one", POOL.formatted("one")).start()) {
            var daemons = httpd.awaitReady("one", 1);
            httpd.rewriteHost("one", "ErrorLogFormat \"NEW %M\"\n" + POOL.formatted("one"));
            httpd.graceful();
            assertThat(Http.get(httpd.uri("one", "/?print=background")).statusCode())
                    .isEqualTo(200);
            assertThat(httpd.log("one").await("background")).startsWith("NEW ");
            assertThat(httpd.daemons("one")).isEqualTo(daemons);
        }
    }
}

package modjvm.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import modjvm.it.harness.Await;
import modjvm.it.harness.Http;
import modjvm.it.harness.Httpd;
import modjvm.it.harness.Load;
import org.junit.jupiter.api.Test;

/** An application that prints without end cannot fill the disk by httpd's error log. */
class LogFloodTest {
    private static final int PRINTED_KB = 64 << 10;
    private static final int AT_ONCE_KB = 16 << 10;
    private static final Pattern OF_DAEMON = Pattern.compile(
            "MJ0130: pool site pid \\d+: it prints more than 256 KB a second: (\\d+) lines, (\\d+) KB, were left out");
    private static final Pattern OF_REQUESTS = Pattern.compile(
            "MJ0131: pool site: its requests log more than 256 KB a second in this child of httpd: (\\d+) lines, (\\d+) KB, were left out");

    @Test
    void shouldLeaveOutWhatADaemonPrintsTooMuch() throws IOException {
        try (Httpd httpd = Httpd.with().host("site", """
                        JVMDaemonProcess site ${AS1}
                        JVMAlias / ${APPS}/Chatty.java
                        """).start()) {
            Http.await(httpd.uri("site", "/?0"), 200);

            assertThat(Http.get(httpd.uri("site", "/?" + PRINTED_KB)).statusCode())
                    .isEqualTo(200);

            Await.until("most of it is told of", Await.LONG, () -> leftOutKb(httpd, OF_DAEMON) > PRINTED_KB / 2);
            assertThat(Files.size(httpd.dir().resolve("site.log")) >> 10)
                    .isBetween((long) AT_ONCE_KB * 9 / 10, (long) PRINTED_KB / 2);
            // it goes on: its next lines are in the log again
            Await.until("lines are let through again", Await.LONG, () -> {
                Http.get(httpd.uri("site", "/?0"));
                return !httpd.log("site").lines("has printed").isEmpty();
            });
        }
    }

    /**
     * What is printed in a request comes to the log by httpd's child that has the request; so
     * little of each that the connection takes it.
     */
    @Test
    void shouldLeaveOutWhatRequestsLogTooMuch() {
        try (Httpd httpd = Httpd.with().host("site", """
                        JVMDaemonProcess site ${AS1}
                        JVMAlias / ${APPS}/Chatty.java
                        """).start()) {
            httpd.expect("xxxx|has printed"); // where the connection takes no more, a line comes by the daemon's stderr
            Http.await(httpd.uri("site", "/?inside=0"), 200);

            try (Load load = new Load(httpd.port("site"), "/?inside=128", 8)) {
                Await.until("what is left out is told of", Await.LONG, () -> leftOutKb(httpd, OF_REQUESTS) > 256);
                assertThat(load.stop()).containsOnlyKeys("200");
            }
            int before = httpd.log("site").lines("has printed").size();
            Await.until("lines are let through again", Await.LONG, () -> {
                Http.get(httpd.uri("site", "/?inside=0"));
                return httpd.log("site").lines("has printed").size() > before;
            });
        }
    }

    private static long leftOutKb(Httpd httpd, Pattern leftOut) {
        return httpd.log("site").lines("MJ013").stream()
                .map(leftOut::matcher)
                .filter(Matcher::find)
                .mapToLong(found -> Long.parseLong(found.group(2)))
                .sum();
    }
}

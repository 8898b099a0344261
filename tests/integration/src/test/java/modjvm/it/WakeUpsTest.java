package modjvm.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import modjvm.it.harness.Httpd;
import modjvm.it.harness.Proc;
import modjvm.it.harness.RawClient;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/**
 * How often a thread waits for each request, where two clients take turns (one alone would be
 * looked for, without a wait). Who hands a request to another thread waits once more at least. A
 * wait that comes to nothing is one too: the kernel wakes who reads from a Unix socket when the
 * other side takes what it has written.
 *
 * <p>httpd has the MPM worker, in which a thread stays with its client; event's own hand-overs
 * would hide others.
 */
@Isolated("measures")
class WakeUpsTest {
    private static final int REQUESTS = 2_000;
    /** For the timers of a JVM, its compiler, its collector. */
    private static final double SLACK = 0.25;

    private static final String GET = "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n";
    private static final String POST = "POST /facts?body HTTP/1.1\r\nHost: x\r\nContent-Length: 12\r\n\r\nsmall = fast";

    @AutoClose
    private static Httpd httpd;

    @BeforeAll
    static void start() {
        httpd = Httpd.with().mpm("worker").limits("""
                        StartServers 1
                        ServerLimit 1
                        ThreadLimit 16
                        ThreadsPerChild 16
                        MaxRequestWorkers 16
                        MinSpareThreads 1
                        MaxSpareThreads 16""").host("site", """
                        KeepAlive On
                        KeepAliveTimeout 60
                        MaxKeepAliveRequests 0
                        JVMDaemonProcess site ${AS1}
                        JVMAlias /hello ${APPS}/Hello.java
                        JVMAlias /facts ${APPS}/Facts.java
                        """).start();
        httpd.awaitReady("site", 1);
    }

    private static double waits(Proc process, String request) throws IOException {
        try (RawClient one = new RawClient(httpd.port("site"));
                RawClient other = new RawClient(httpd.port("site"))) {
            ask(one, other, request); // connections are there, code is warm
            long before = process.waits();
            ask(one, other, request);
            return (process.waits() - before) / (double) REQUESTS;
        }
    }

    private static void ask(RawClient one, RawClient other, String request) throws IOException {
        for (int i = 0; i < REQUESTS / 2; i++) {
            one.send(request);
            other.send(request);
            assertThat(one.receive().status()).isEqualTo(200);
            assertThat(other.receive().status()).isEqualTo(200);
        }
    }

    private static Proc child() {
        assertThat(httpd.children()).hasSize(1);
        return httpd.children().get(0);
    }

    private static Proc daemon() {
        return httpd.daemons("site").get(0);
    }

    /** For the request, and for the response. */
    @Test
    void shouldWaitTwiceInHttpd() throws IOException {
        assertThat(waits(child(), GET)).isLessThan(2 + SLACK);
        assertThat(waits(child(), POST)).isLessThan(2 + SLACK);
    }

    /** For the request. */
    @Test
    void shouldWaitOnceInTheDaemon() throws IOException {
        assertThat(waits(daemon(), GET)).isLessThan(1 + SLACK);
        assertThat(waits(daemon(), POST)).isLessThan(1 + SLACK);
    }
}

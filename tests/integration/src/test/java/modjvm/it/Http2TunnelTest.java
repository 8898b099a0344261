package modjvm.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import modjvm.it.harness.Http2Client;
import modjvm.it.harness.Httpd;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * WebSockets over HTTP/2 (RFC 8441) hold mod_http2's workers, of which each child of httpd has a
 * number of its own.
 */
class Http2TunnelTest {
    private static final int WORKERS = 8;

    @AutoClose
    private static Httpd httpd;

    @BeforeAll
    static void start() {
        httpd = Httpd.with()
                .module("http2")
                .limits("StartServers 1\nServerLimit 1\nThreadLimit 128\nThreadsPerChild 128\nMaxRequestWorkers 128\n"
                        + "H2MinWorkers 2\nH2MaxWorkers " + WORKERS)
                .host("one", """
                        Protocols h2c http/1.1
                        H2WebSockets on
                        JVMDaemonProcess one ${AS1}
                        JVMAlias /ws ${APPS}/Sockets.java
                        """)
                .host("two", """
                        Protocols h2c http/1.1
                        H2WebSockets on
                        JVMDaemonProcess two ${AS2}
                        JVMAlias /ws ${APPS}/Sockets.java
                        """)
                .start();
        httpd.expect("MJ0052|AH10159");
        httpd.awaitReady("one", 1);
        httpd.awaitReady("two", 1);
    }

    private static Http2Client connect(String host) throws IOException {
        String[] fields = {
            ":method", "CONNECT",
            ":protocol", "websocket",
            ":scheme", "http",
            ":authority", "x",
            ":path", "/ws?unpinged",
            "sec-websocket-version", "13"
        };
        return new Http2Client(httpd.port(host), true, fields);
    }

    private static String get(String host) throws IOException {
        String[] fields = {":method", "GET", ":scheme", "http", ":authority", "x", ":path", "/ws?pid"};
        try (Http2Client client = new Http2Client(httpd.port(host), false, fields)) {
            return client.status();
        }
    }

    /** Opens tunnels until there are no more to be had. */
    private static int fill(String host, List<Http2Client> open) throws IOException {
        int count = 0;
        while (true) {
            Http2Client client = connect(host);
            open.add(client);
            assertThat(count).as("tunnels").isLessThan(WORKERS); // one more would wait for ever
            String status = client.status();
            if (!status.equals("200")) {
                assertThat(status).isEqualTo("503");
                return count;
            }
            count++;
        }
    }

    @Test
    void shouldLeaveWorkersOfHttp2ToRequests() throws Exception {
        List<Http2Client> open = new ArrayList<>();
        try {
            assertThat(fill("one", open)).isEqualTo(WORKERS / 2);
            assertThat(fill("two", open)).isEqualTo(WORKERS * 3 / 4 - WORKERS / 2);
            assertThat(get("one")).isEqualTo("200");
            assertThat(get("two")).isEqualTo("200");
            httpd.log("one").await("MJ0052: pool one: .* 4 tunnels .* 8 workers of HTTP/2: .*H2MaxWorkers.*; 503");
            httpd.log("two").await("MJ0052: pool two: .* 6 tunnels .* 8 workers of HTTP/2: .*; 503");
        } finally {
            for (Http2Client client : open) {
                client.close();
            }
        }
    }
}

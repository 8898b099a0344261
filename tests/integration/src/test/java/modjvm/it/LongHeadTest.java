package modjvm.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import modjvm.it.harness.Httpd;
import modjvm.it.harness.RawClient;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * How long the head of a request may be: as httpd's own limits have it, up to four mebibytes with
 * all variables.
 */
class LongHeadTest {
    private static final int MEBIBYTE = 1 << 20;

    @AutoClose
    private static Httpd httpd;

    @BeforeAll
    static void start() {
        httpd = Httpd.with()
                .main("""
                LimitRequestFieldSize 6000000
                LimitRequestFields 1000
                LimitRequestLine 300000
                """)
                .host("site", """
                JVMDaemonProcess site ${AS1}
                JVMAlias /app ${APPS}/Facts.java
                JVMAlias /variable ${APPS}/Facts.java
                JVMAlias /many ${APPS}/Facts.java
                <Location /variable>
                    SetEnv LONG "LINE"
                </Location>
                """.replace("LINE", "v".repeat(70_000)))
                .start();
    }

    private static Map<String, Integer> lengths(String path, String fields) throws IOException {
        try (RawClient client = new RawClient(httpd.port("site"))) {
            client.send("GET " + path + " HTTP/1.1\r\nHost: x\r\n" + fields + "\r\n");
            RawClient.Reply reply = client.receive();
            assertThat(reply.status())
                    .as(reply.text().substring(0, Math.min(500, reply.bytes().length)))
                    .isEqualTo(200);
            client.send("GET /app?pid HTTP/1.1\r\nHost: x\r\n\r\n");
            assertThat(client.receive().status()).isEqualTo(200);
            Map<String, Integer> lengths = new TreeMap<>();
            reply.text().lines().forEach(line -> lengths.put(line.split("=", 2)[0], line.split("=", 2)[1].length()));
            return lengths;
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {65_534, 65_535, 65_536, 70_000, MEBIBYTE, 3 * MEBIBYTE})
    void shouldTakeALongField(int length) throws IOException {
        assertThat(lengths("/app?environ", "X-Long: " + "x".repeat(length) + "\r\n"))
                .containsEntry("HTTP_X_LONG", length);
    }

    @ParameterizedTest
    @CsvSource({"500, 8000", "900, 100"})
    void shouldTakeManyFields(int count, int length) throws IOException {
        StringBuilder fields = new StringBuilder();
        for (int i = 0; i < count; i++) {
            fields.append("X-Field-")
                    .append(i)
                    .append(": ")
                    .append("x".repeat(length))
                    .append("\r\n");
        }
        assertThat(lengths("/app?environ", fields.toString())).containsEntry("HTTP_X_FIELD_" + (count - 1), length);
        assertThat(lengths("/app?environ", fields.toString().replaceAll("X-Field-\\d+", "X-Same")))
                .containsEntry("HTTP_X_SAME", (length + 2) * count - 2);
    }

    @Test
    void shouldTakeALongTargetAndALongVariable() throws IOException {
        assertThat(lengths("/app?environ=" + "q".repeat(100_000), "")).containsEntry("QUERY_STRING", 100_008);
        assertThat(lengths("/app/" + "p".repeat(100_000) + "?environ", "")).containsEntry("PATH_INFO", 100_001);
        assertThat(lengths("/variable?environ", "")).containsEntry("LONG", 70_000);
    }

    @Test
    void shouldSayWhatIsTooLong() throws IOException {
        Pattern line = Pattern.compile(
                "MJ0028: pool site: the request's head, with its variables, has more than 4194304 bytes: lower "
                        + "LimitRequestFieldSize or LimitRequestFields, or set shorter variables; 431");
        httpd.expect(line.pattern());
        try (RawClient client = new RawClient(httpd.port("site"))) {
            client.send("GET /app HTTP/1.1\r\nHost: x\r\nX-Long: " + "x".repeat(4 * MEBIBYTE) + "\r\n\r\n");
            assertThat(client.receive().status()).isEqualTo(431);
        }
        assertThat(httpd.log("site").await(line.pattern())).contains(":error]");
    }
}

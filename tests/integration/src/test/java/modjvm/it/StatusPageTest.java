package modjvm.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import modjvm.it.harness.Await;
import modjvm.it.harness.Folders;
import modjvm.it.harness.Http;
import modjvm.it.harness.Httpd;
import modjvm.it.harness.RawClient;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What jvm-status shows of a server with two pools. */
class StatusPageTest {
    @AutoClose
    private static Httpd httpd;

    @BeforeAll
    static void start() {
        httpd = Httpd.with().host("site", """
                        JVMDaemonProcess site ${AS1} processes=2 threads=3
                        JVMDaemonProcess other ${AS2}
                        JVMAlias / ${APPS}/Gate.java process-group=site
                        JVMAlias /other ${APPS}/Gate.java process-group=other
                        <Location /jvm-status>
                            SetHandler jvm-status
                        </Location>
                        """).start();
        httpd.expect("MJ0043");
        httpd.awaitReady("site", 2);
        httpd.awaitReady("other", 1);
    }

    private static String page(String query) {
        return Http.get(httpd.uri("site", "/jvm-status" + query)).body();
    }

    private static Path door(String name) {
        return httpd.work().resolve(name);
    }

    private static RawClient inside(Path door) throws Exception {
        RawClient client = new RawClient(httpd.port("site"));
        client.send("GET /?until=" + door + " HTTP/1.1\r\nHost: site.test\r\n\r\n");
        Await.until("a request is inside", Await.LONG, () -> Files.exists(Path.of(door + ".inside")));
        return client;
    }

    @Test
    void shouldShowPoolsAndDaemonsAsJson() throws Exception {
        HttpResponse<String> response = Http.get(httpd.uri("site", "/jvm-status?json"));
        assertThat(response.headers().firstValue("Content-Type")).contains("application/json");
        int pid = httpd.daemons("other").get(0).pid();
        assertThat(response.body())
                .contains("{\"name\":\"site\",\"state\":\"ready\",\"waiting\":0,")
                .contains("\"lastError\":\"\",\"lastErrorAt\":\"\",\"daemons\":[{\"pid\":" + pid
                        + ",\"state\":\"ready\",\"inFlight\":0,\"threads\":25,\"served\":")
                .endsWith("]}\n");
    }

    @Test
    void shouldShowPoolsAsPrometheusWantsThem() {
        HttpResponse<String> response = Http.get(httpd.uri("site", "/jvm-status?prometheus"));
        assertThat(response.headers().firstValue("Content-Type")).contains("text/plain; version=0.0.4; charset=utf-8");
        assertThat(response.body().lines())
                .contains(
                        "# TYPE mod_jvm_ready_daemons gauge",
                        "mod_jvm_ready_daemons{pool=\"site\"} 2",
                        "mod_jvm_ready_daemons{pool=\"other\"} 1",
                        "mod_jvm_state{pool=\"other\",state=\"ready\"} 1",
                        "mod_jvm_state{pool=\"other\",state=\"idle\"} 0",
                        "mod_jvm_last_error_timestamp_seconds{pool=\"other\"} 0",
                        "mod_jvm_upgraded_total{pool=\"other\"} 0");
    }

    @Test
    void shouldShowPoolsAsAPage() {
        HttpResponse<String> response = Http.get(httpd.uri("site", "/jvm-status"));
        assertThat(response.headers().firstValue("Content-Type")).contains("text/html; charset=utf-8");
        assertThat(response.body()).contains("<td>site<td>", "<td>other<td>", "ready 0/25");
    }

    @Test
    void shouldCountWhatEachDaemonServed() {
        long before = served();
        for (int i = 0; i < 3; i++) {
            assertThat(Http.get(httpd.uri("site", "/other?pid")).statusCode()).isEqualTo(200);
        }
        Await.until("the last is counted", Await.LONG, () -> served() == before + 3);
        assertThat(page("")).contains("ready 0/25, " + served() + " served<br>");
        assertThat(page("?json")).contains("\"threads\":25,\"served\":" + served() + "}");
    }

    private static long served() {
        return number("mod_jvm_served_total{pool=\"other\",slot=\"0\"} ");
    }

    @Test
    void shouldShowAPoolThatSleeps() {
        try (Httpd sleepy = Httpd.with().host("site", """
                        JVMDaemonProcess site ${AS1} idle-timeout=1
                        JVMAlias / ${APPS}/Gate.java
                        <Location /jvm-status>
                            SetHandler jvm-status
                        </Location>
                        """).start()) {
            Await.until(
                    "it sleeps",
                    Await.LONG,
                    () -> Http.get(sleepy.uri("site", "/jvm-status"))
                            .body()
                            .contains("<td>site<td>site.test:" + sleepy.port("site") + "<td>idle<td>"));
            assertThat(Http.get(sleepy.uri("site", "/jvm-status?prometheus")).body())
                    .contains("mod_jvm_state{pool=\"site\",state=\"idle\"} 1\n");
            sleepy.awaitDaemons("site", 0);

            assertThat(Http.get(sleepy.uri("site", "/?pid")).statusCode()).isEqualTo(200);
        }
    }

    @Test
    void shouldShowTheLastErrorWhateverIsInIt() {
        try (Httpd broken = Httpd.with().host("site", """
                        JVMDaemonProcess site ${AS1} 'java-option=-XX:No"<b>'
                        JVMAlias / ${APPS}/Gate.java
                        <Location /jvm-status>
                            SetHandler jvm-status
                        </Location>
                        """).start()) {
            broken.expect("pool site (pid \\d+ ended|failed to start|stderr|could not)|No\"<b>|MJ0032");
            Await.until(
                    "it is down",
                    Await.LONG,
                    () -> Http.get(broken.uri("site", "/jvm-status?json"))
                            .body()
                            .contains("\"state\":\"down\""));
            assertThat(Http.get(broken.uri("site", "/jvm-status?json")).body())
                    .containsPattern("\"lastError\":\"[^\"]* ended: exit code 1: [^\"]*No\\\\\"<b>[^\"]*\"")
                    .containsPattern("\"lastErrorAt\":\"20\\d\\d-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ\"");
            assertThat(Http.get(broken.uri("site", "/jvm-status")).body())
                    .contains("No&quot;&lt;b&gt;")
                    .doesNotContain("<b>");
        }
    }

    private static final String TENANTS = """
                        JVMDaemonProcess tenant ${AS1}
                        JVMAlias /app ${APPS}/Gate.java
                        DocumentRoot ${WORK}
                        <Directory ${WORK}>
                            AllowOverride All
                            Require all granted
                        </Directory>
                        """;

    /**
     * Whoever may write a .htaccess sees no pool of others by it, in whatever way it names the
     * handler.
     */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "SetHandler jvm-status",
                "AddHandler jvm-status .txt",
                "<Files *.txt>\nSetHandler jvm-status\n</Files>",
                "<If \"true\">\nSetHandler jvm-status\n</If>",
                "RewriteEngine On\nRewriteRule ^ - [H=jvm-status]",
            })
    void shouldShowNothingByAHtaccess(String lines) throws Exception {
        try (Httpd shared = Httpd.with()
                .module("rewrite")
                .host("tenant", TENANTS)
                .host("other", "JVMDaemonProcess secret ${AS2}\nJVMAlias / ${APPS}/Gate.java")
                .start()) {
            shared.expect("MJ0145");
            Folders.write(shared.work().resolve("page.txt"), "text\n");
            Folders.write(shared.work().resolve(".htaccess"), lines);
            for (String query : List.of("", "?json", "?prometheus")) {
                HttpResponse<String> response = Http.get(shared.uri("tenant", "/page.txt" + query));
                assertThat(response.statusCode()).isEqualTo(403);
                assertThat(response.body()).doesNotContain("secret", "tenant");
            }
            assertThat(shared.log("tenant").lines("MJ0145: /page.txt: jvm-status .*<Location>"))
                    .hasSize(3);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"<Location /jvm-status>", "<LocationMatch ^/jvm-st>", "<Location /jvm-s*s>"})
    void shouldShowAllByALocationWhateverHtaccessThereIs(String section) throws Exception {
        String lines = section + "\nSetHandler jvm-status\n" + section.replaceFirst("<(\\w+) .*", "</$1>");
        try (Httpd shared = Httpd.with()
                .host("tenant", TENANTS + lines)
                .host("other", "JVMDaemonProcess secret ${AS2}\nJVMAlias / ${APPS}/Gate.java")
                .start()) {
            Folders.write(shared.work().resolve(".htaccess"), "AddDefaultCharset utf-8\n");
            assertThat(Http.get(shared.uri("tenant", "/jvm-status")).body())
                    .contains("<td>secret<td>", "<td>tenant<td>");
        }
    }

    @Test
    void shouldCountClientsThatLeft() throws Exception {
        long before = counted("abandoned");
        Path door = door("left");
        RawClient client = inside(door);
        assertThat(page("?json")).contains("\"inFlight\":1");
        client.close();
        Await.until("it is counted", Await.LONG, () -> counted("abandoned") == before + 1);
    }

    @Test
    void shouldCountWhatADaemonTookWithIt() throws Exception {
        Instant start = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        long before = counted("lost");
        Path door = door("lost");
        try (RawClient client = inside(door)) {
            httpd.daemons("site").forEach(daemon -> daemon.signal("KILL"));
            assertThat(client.receiveHead().status()).isEqualTo(502);
            Await.until("it is counted", Await.LONG, () -> counted("lost") == before + 1);
        } finally {
            Files.writeString(door, "");
        }
        httpd.expect("pool site pid \\d+ ended: signal 9");
        httpd.awaitReady("site", 2);
        assertThat(page("?json"))
                .containsPattern("\"lastError\":\"pool site pid \\d+ ended: signal 9[^\"]*\",\"lastErrorAt\":\"20");
        assertThat(page("")).containsPattern("Z pool site pid \\d+ ended: signal 9");
        long at = number("mod_jvm_last_error_timestamp_seconds{pool=\"site\"} ");
        assertThat(Instant.ofEpochSecond(at)).isBetween(start, Instant.now());
    }

    private static long counted(String what) {
        return number("mod_jvm_" + what + "_total{pool=\"site\"} ");
    }

    private static long number(String line) {
        return page("?prometheus")
                .lines()
                .filter(l -> l.startsWith(line))
                .mapToLong(l -> Long.parseLong(l.substring(line.length())))
                .sum();
    }

    @Test
    void shouldShowAMountThatDoesNotLoad() {
        try (Httpd part = Httpd.with().host("site", """
                        JVMDaemonProcess part ${AS1}
                        JVMAlias /good ${APPS}/Hello.java
                        JVMAlias /bad ${WORK}/Bad.java
                        <Location /jvm-status>
                            SetHandler jvm-status
                        </Location>
                        """).write()) {
            part.expect("Bad.java:1: ");
            Folders.write(part.work().resolve("Bad.java"), "class Bad {");
            part.start();
            part.awaitReady("part", 1);

            Await.until(
                    "it is degraded", Await.LONG, () -> status(part, "?json").contains("\"state\":\"degraded\""));
            assertThat(status(part, "?json")).contains("Bad.java:1: reached end of file while parsing");
            assertThat(status(part, "")).contains("<td>degraded<td>").contains("Bad.java:1: reached end of file");
            assertThat(status(part, "?prometheus"))
                    .contains("mod_jvm_state{pool=\"part\",state=\"degraded\"} 1\n")
                    .contains("mod_jvm_state{pool=\"part\",state=\"ready\"} 0\n");

            Folders.write(
                    part.work().resolve("Bad.java"),
                    "import modjvm.*; class Bad { static Application application = r -> Response.text(\"good\"); }");
            Http.await(part.uri("site", "/bad"), 200);
            Await.until("it is ready", Await.LONG, () -> status(part, "?json").contains("\"state\":\"ready\""));
        }
    }

    private static String status(Httpd of, String query) {
        return Http.get(of.uri("site", "/jvm-status" + query)).body();
    }
}

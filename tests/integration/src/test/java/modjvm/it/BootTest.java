package modjvm.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import modjvm.it.harness.Await;
import modjvm.it.harness.BootJar;
import modjvm.it.harness.Folders;
import modjvm.it.harness.Http;
import modjvm.it.harness.Httpd;
import modjvm.it.harness.Load;
import modjvm.it.harness.Proc;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** One application of Spring Boot 3 and 4, unmodified: as one jar, and extracted. */
class BootTest {
    @AutoClose
    private static Httpd httpd;

    private static Path jar;

    @BeforeAll
    static void start() throws IOException {
        httpd = Httpd.with().host("three", """
                        JVMDaemonProcess three ${AS1} queue-timeout=600 threads=4 heap=192m
                        JVMAlias /three ${WORK}/three.jar
                        """).host("four", """
                        JVMDaemonProcess four ${AS1} queue-timeout=600 threads=4 heap=256m
                        JVMAlias /jar ${WORK}/four/sample.jar param.greeting=welcome argument=a "argument=b c"
                        JVMAlias /extracted ${WORK}/extracted entry-point=main
                        JVMAlias /returns ${WORK}/four/sample.jar argument=--return
                        JVMAlias /none ${WORK}/four/sample.jar param.spring.main.web-application-type=none
                        JVMAlias /wrong ${WORK}/four/sample.jar param.server.tomcat.threads.max=many
                        JVMAlias /class ${WORK}/four/sample.jar entry-point=sample.Absent
                        """).write();
        Path work = httpd.work();
        jar = BootJar.build("3.5.16", Folders.make(work.resolve("boot")));
        publish(jar);
        BootJar.extract(BootJar.build("4.1.2", Folders.make(work.resolve("four"))), work.resolve("extracted"));
        httpd.expect(
                "exploded in|refuses traffic|failed on purpose|sample[.]|Spring|[tT]omcat|catalina|\\tat |Caused by"
                        + "|No appenders present"); // Boot has closed Logback by the time its web server ends
        httpd.start();
    }

    private static void publish(Path from) throws IOException {
        Path part = Files.copy(from, httpd.work().resolve("part"), StandardCopyOption.REPLACE_EXISTING);
        Files.move(part, httpd.work().resolve("three.jar"), StandardCopyOption.REPLACE_EXISTING);
    }

    private static URI uri(String path) {
        return httpd.uri(path.startsWith("/three") ? "three" : "four", path);
    }

    private static HttpResponse<String> get(String path) {
        return Http.get(uri(path));
    }

    @ParameterizedTest
    @CsvSource({
        "/three,     hello,   '[]'",
        "/jar,       welcome, '[\"a\",\"b c\"]'",
        "/extracted, hello,   '[]'",
    })
    void shouldServe(String mount, String greeting, String arguments) {
        HttpResponse<String> answer = Http.send(Http.request(uri(mount + "/facts"))
                .header("X-Forwarded-For", "192.0.2.1")
                .header("X-Forwarded-Proto", "https")
                .build());

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("content-type")).contains("application/json");
        assertThat(answer.body())
                .contains("\"greeting\":\"" + greeting + "\"")
                .contains("\"arguments\":" + arguments)
                .contains("\"contextPath\":\"" + mount + "\"")
                .contains("\"uri\":\"" + mount + "/facts\"")
                .contains("\"scheme\":\"http\"")
                .contains("\"client\":\"127.0.0.1\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/three", "/jar"})
    void shouldStreamEvents(String mount) {
        HttpResponse<String> answer = get(mount + "/events");

        assertThat(answer.headers().firstValue("content-type"))
                .hasValueSatisfying(type -> assertThat(type).startsWith("text/event-stream"));
        assertThat(answer.body()).isEqualTo("data:event 0\n\ndata:event 1\n\ndata:event 2\n\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/three", "/jar"})
    void shouldTakeAFile(String mount) {
        String content = "x".repeat(1_000_000);
        HttpResponse<String> answer = Http.send(Http.request(uri(mount + "/upload"))
                .header("Content-Type", "multipart/form-data; boundary=b")
                .POST(BodyPublishers.ofString(
                        "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\n" + content
                                + "\r\n--b--\r\n"))
                .build());

        assertThat(answer.body()).contains("\"name\":\"a.txt\"").contains("\"size\":1000000");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/three", "/jar"})
    void shouldTalkOverAWebSocket(String mount) throws Exception {
        CompletableFuture<String> heard = new CompletableFuture<>();
        WebSocket socket = HttpClient.newHttpClient()
                .newWebSocketBuilder()
                .buildAsync(
                        URI.create(uri(mount + "/chat").toString().replace("http:", "ws:")), new WebSocket.Listener() {
                            @Override
                            public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean isLast) {
                                heard.complete(data.toString());
                                return null;
                            }
                        })
                .get(30, TimeUnit.SECONDS);
        socket.sendText("hello", true);

        assertThat(heard.get(30, TimeUnit.SECONDS)).isEqualTo("echo hello");
        socket.sendClose(WebSocket.NORMAL_CLOSURE, "").get(30, TimeUnit.SECONDS);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/three", "/jar"})
    void shouldAnswerErrorsWithItsOwnPages(String mount) {
        HttpResponse<String> absent = get(mount + "/absent");
        assertThat(absent.statusCode()).isEqualTo(404);
        assertThat(absent.body()).contains("\"path\":\"" + mount + "/absent\"");

        HttpResponse<String> failed = get(mount + "/fail");
        assertThat(failed.statusCode()).isEqualTo(500);
        assertThat(failed.body()).contains("\"error\":\"Internal Server Error\"");
        httpd.log(mount.equals("/three") ? "three" : "four").await("failed on purpose");
    }

    @Test
    void shouldRefuseRequestsWhileItRefusesTraffic() {
        assertThat(get("/extracted/actuator/health/readiness").body()).contains("\"UP\"");

        Http.post(uri("/extracted/ready?value=false"), BodyPublishers.noBody());
        httpd.log("four").await("extracted: refuses traffic: its requests get 503");
        HttpResponse<String> refused = get("/extracted/facts");

        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(refused.headers().firstValue("retry-after")).contains("1");
        assertThat(get("/jar/actuator/health/readiness").body()).contains("\"UP\"");
    }

    @ParameterizedTest
    @CsvSource({
        "/returns, its main method has returned, and it has started no web server",
        "/none,    its main method has returned, and it has started no web server",
        "/wrong,   sample.Sample::main does not start the application: .*server.tomcat.threads.max",
        "/class,   no class sample.Absent; correct JVMEntryPoint",
    })
    void shouldSayWhyAnApplicationDoesNotStart(String mount, String why) {
        assertThat(get(mount + "/facts").statusCode()).isEqualTo(500);
        httpd.log("four").await("sample.jar: .*" + why);
    }

    @Test
    void shouldLogWhatItSays() {
        httpd.log("three").await("Started Sample in ");
    }

    @Test
    void shouldLoseNoRequestWhenItIsReplaced() throws IOException {
        Proc before = httpd.awaitReady("three", 1).get(0);
        try (Load load = new Load(httpd.port("three"), "/three/facts", 4)) {
            load.awaitMore(20);
            publish(jar);
            Await.until(
                    "another process",
                    Await.LONG,
                    () -> httpd.daemons("three").stream().noneMatch(each -> each.pid() == before.pid()));
            load.awaitMore(20);
            Map<String, Integer> outcomes = load.stop();

            assertThat(outcomes).containsOnlyKeys("200");
        }
    }
}

package modjvm.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import modjvm.it.harness.Http;
import modjvm.it.harness.Httpd;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Kinds of application that have a bridge of their own, behind one httpd; each bridge's own tests
 * look at the details.
 */
class KindsTest {
    @AutoClose
    private static Httpd httpd;

    @BeforeAll
    static void start() throws Exception {
        httpd = Httpd.with().host("kinds", """
                        JVMDaemonProcess kinds ${AS1} class-path=${WORK}/clojure.jar:${WORK}/spec.alpha.jar:${WORK}/core.specs.alpha.jar
                        JVMAlias /jwsgi ${APPS}/kinds/Jwsgi.java
                        JVMAlias /class ${APPS}/kinds/Jwsgi.java entry-point=Jwsgi
                        JVMAlias /upload ${APPS}/kinds/Jwsgi.java entry-point=Jwsgi::upload
                        JVMAlias /broken ${APPS}/kinds/Jwsgi.java entry-point=Jwsgi::broken
                        JVMAlias /handler ${APPS}/kinds/Handlers.java entry-point=Handlers::handler
                        JVMAlias /program ${APPS}/kinds/Handlers.java entry-point=main argument=--greeting "argument=good day"
                        JVMAlias /exporter ${WORK}/exporter.jar entry-point=main argument=9404 argument=${WORK}/exporter.yaml
                        JVMAlias /function ${APPS}/kinds/Functions.java param.name=Ada
                        JVMAlias /ring ${APPS}/kinds/ring entry-point=demo/hello
                        JVMAlias /later ${APPS}/kinds/ring entry-point=demo/later param.async=on
                        JVMAlias /chat ${APPS}/kinds/ring entry-point=demo/chat
                        """).write();
        for (String jar : List.of("clojure.jar", "spec.alpha.jar", "core.specs.alpha.jar")) {
            Path from = Path.of(System.getProperty("basedir", "."), "target/clojure", jar);
            Files.copy(from, httpd.work().resolve(jar));
        }
        Files.copy(
                Path.of(System.getProperty("basedir", "."), "target/wars/jmx_prometheus_httpserver.jar"),
                httpd.work().resolve("exporter.jar"));
        Files.writeString(httpd.work().resolve("exporter.yaml"), "hostPort: 127.0.0.1:1\n");
        httpd.start();
    }

    private static HttpResponse<String> get(String path) {
        return Http.get(httpd.uri("kinds", path));
    }

    @Test
    void shouldServeJwsgi() {
        HttpResponse<String> response = get("/jwsgi/a%20b?x");
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().allValues("X-Two")).containsExactly("1", "2");
        assertThat(response.body()).isEqualTo("GET /jwsgi /a b\ngrün");
        assertThat(get("/class").body()).startsWith("GET /class \n");
        assertThat(Http.post(httpd.uri("kinds", "/upload"), BodyPublishers.ofString("first\nsecond"))
                        .body())
                .isEqualTo("first\n6");
    }

    @Test
    void shouldAnswerWith500IfAJwsgiAnswerIsMalformed() {
        httpd.expect("JWSGI wants an Integer or a Long of three digits as status");
        assertThat(get("/broken").statusCode()).isEqualTo(500);
    }

    @Test
    void shouldServeAnHttpHandler() {
        assertThat(get("/handler/a%20b?c").body()).isEqualTo("/handler /handler/a%20b?c");
    }

    @Test
    void shouldServeAProgramWithAnHttpServer() {
        assertThat(get("/program/hello").body()).isEqualTo("--greeting good day on worker");
        assertThat(get("/program/none").statusCode()).isEqualTo(404);
    }

    @Test
    void shouldServeTheExporterOfPrometheus() {
        httpd.expect("JmxCollector: JMX scrape failed: |ConnectException"); // nobody is there to be asked
        HttpResponse<String> response = get("/exporter/metrics");
        assertThat(response.headers().firstValue("Content-Type").orElse("")).startsWith("text/plain");
        assertThat(response.body()).contains("\njmx_exporter_build_info{", "\njmx_scrape_error ");
    }

    @Test
    void shouldServeAFunction() {
        assertThat(get("/function").body()).isEqualTo("hello, Ada");
    }

    @Test
    void shouldServeRingHandlers() {
        HttpResponse<String> response = Http.post(httpd.uri("kinds", "/ring/a%20b"), BodyPublishers.ofString("upload"));
        assertThat(response.body()).isEqualTo("post /ring/a%20b upload");
        assertThat(get("/later").body()).isEqualTo("later");
        assertThat(get("/chat").statusCode()).isEqualTo(400);
    }

    @Test
    void shouldTalkToARingListener() throws Exception {
        BlockingQueue<String> heard = new LinkedBlockingQueue<>();
        WebSocket socket = HttpClient.newHttpClient()
                .newWebSocketBuilder()
                .buildAsync(
                        URI.create(httpd.uri("kinds", "/chat?room").toString().replace("http:", "ws:")),
                        new WebSocket.Listener() {
                            @Override
                            public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean isLast) {
                                heard.add(data.toString());
                                return WebSocket.Listener.super.onText(from, data, isLast);
                            }

                            @Override
                            public CompletionStage<?> onClose(WebSocket from, int code, String reason) {
                                heard.add(code + " " + reason);
                                return WebSocket.Listener.super.onClose(from, code, reason);
                            }
                        })
                .get(30, TimeUnit.SECONDS);
        assertThat(heard.poll(30, TimeUnit.SECONDS)).isEqualTo("open room");
        socket.sendText("hello", true).get(30, TimeUnit.SECONDS);
        assertThat(heard.poll(30, TimeUnit.SECONDS)).isEqualTo("echo hello");
        socket.sendText("bye", true).get(30, TimeUnit.SECONDS);
        assertThat(heard.poll(30, TimeUnit.SECONDS)).isEqualTo("1000 bye");
    }
}

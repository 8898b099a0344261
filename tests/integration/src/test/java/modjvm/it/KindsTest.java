package modjvm.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import modjvm.it.harness.Http;
import modjvm.it.harness.Httpd;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Kinds of application that have a bridge of their own, behind one httpd; each bridge's own tests look at the details. */
class KindsTest {
    @AutoClose
    private static Httpd httpd;

    @BeforeAll
    static void start() throws Exception {
        httpd = Httpd.with().host("kinds", """
                        JVMDaemonProcess kinds ${AS1}
                        JVMAlias /jwsgi ${APPS}/kinds/Jwsgi.java
                        JVMAlias /class ${APPS}/kinds/Jwsgi.java entry-point=Jwsgi
                        JVMAlias /upload ${APPS}/kinds/Jwsgi.java entry-point=Jwsgi::upload
                        JVMAlias /broken ${APPS}/kinds/Jwsgi.java entry-point=Jwsgi::broken
                        JVMAlias /handler ${APPS}/kinds/Handlers.java entry-point=Handlers::handler
                        JVMAlias /program ${APPS}/kinds/Handlers.java entry-point=main argument=--greeting "argument=good day"
                        JVMAlias /function ${APPS}/kinds/Functions.java param.name=Ada
                        """).start();
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
    void shouldServeAFunction() {
        assertThat(get("/function").body()).isEqualTo("hello, Ada");
    }
}

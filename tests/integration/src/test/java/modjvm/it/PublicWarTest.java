package modjvm.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import modjvm.it.harness.Http;
import modjvm.it.harness.Httpd;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Web applications of other people, unmodified: two for javax.servlet, one for jakarta.servlet. */
class PublicWarTest {
    @AutoClose
    private static Httpd httpd;

    @BeforeAll
    static void start() throws IOException {
        httpd = Httpd.with().host("site", """
                        JVMDaemonProcess site ${AS1} threads=4 processes=2
                        JVMAlias /jolokia ${WORK}/jolokia-war-unsecured.war
                        JVMAlias /hawtio2 ${WORK}/hawtio-2.war param.hawtio.authenticationEnabled=false
                        JVMAlias /hawtio4 ${WORK}/hawtio-4.war
                        """).write();
        for (String name : new String[] {"jolokia-war-unsecured", "hawtio-2", "hawtio-4"}) {
            Files.copy(
                    Path.of(System.getProperty("basedir", "."), "target/wars", name + ".war"),
                    httpd.work().resolve(name + ".war"));
        }
        httpd.expect("exploded in|converted from|took .* milliseconds|hawtio|jolokia|TLD|log4j|slf4j");
        httpd.start();
        httpd.awaitReady("site", 2);
    }

    private static HttpResponse<String> get(String path) {
        return Http.get(httpd.uri("site", path));
    }

    @Test
    void shouldServeAnAgentForJavax() {
        HttpResponse<String> answer = get("/jolokia/read/java.lang:type=Runtime/VmName");

        assertThat(answer.body()).contains("\"status\":200").contains("\"value\":");
        assertThat(answer.headers().firstValue("content-type"))
                .hasValueSatisfying(type -> assertThat(type).startsWith("text/plain"));
    }

    @Test
    void shouldServeAConsoleForJavax() {
        assertThat(get("/hawtio2/").body()).contains("<title>Hawtio");
        assertThat(get("/hawtio2/jolokia/version").body()).contains("\"protocol\"");
    }

    @Test
    void shouldServeAConsoleForJakarta() {
        HttpResponse<String> answer = get("/hawtio4/");

        assertThat(answer.statusCode()).isEqualTo(302);
        assertThat(answer.headers().firstValue("location")).contains("/hawtio4/login");
        assertThat(get("/hawtio4/index.html").body()).contains("<title>Hawtio");
    }

    @Test
    void shouldConvertOnceForAllProcesses() {
        assertThat(httpd.log("site").lines("jolokia-war-unsecured.war: converted from javax.servlet"))
                .hasSize(1);
        assertThat(httpd.log("site").lines("hawtio-2.war: converted from javax.servlet"))
                .hasSize(1);
        assertThat(httpd.log("site").lines("hawtio-4.war: converted")).isEmpty();
        assertThat(httpd.log("site").lines(".war: exploded in")).hasSize(3);
    }
}

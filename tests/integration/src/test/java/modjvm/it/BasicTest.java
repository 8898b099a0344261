package modjvm.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import modjvm.it.harness.Http;
import modjvm.it.harness.Httpd;
import modjvm.it.harness.Jdk;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One virtual host, one pool, one file: on every Java that there is. */
class BasicTest {
    @ParameterizedTest(name = "Java {0} or later")
    @ValueSource(ints = {17, 25})
    void shouldServeOneFile(int release) {
        Jdk jdk = Jdk.atLeast(release);
        try (Httpd httpd = Httpd.with().host("hello", """
                JVMDaemonProcess hello ${AS1} "java-home=%s"
                JVMAlias /hello ${APPS}/Hello.java
                JVMAlias /facts ${APPS}/Facts.java
                """.formatted(jdk.home())).start()) {
            HttpResponse<String> response = Http.get(httpd.uri("hello", "/hello/world"));

            assertThat(response.body()).isEqualTo("Hello, /world\n");
            assertThat(response.statusCode()).isEqualTo(200);
            assertThat(response.headers().firstValue("Content-Type")).contains("text/plain; charset=utf-8");
            assertThat(response.headers().firstValue("Content-Length")).contains("14");
            assertThat(Http.get(httpd.uri("hello", "/facts?release")).body())
                    .isEqualTo(Integer.toString(jdk.release()));
        }
    }
}

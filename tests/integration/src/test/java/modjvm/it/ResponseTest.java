package modjvm.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.StandardCopyOption;
import modjvm.it.harness.Httpd;
import modjvm.it.harness.RawClient;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What httpd makes of the head of a response. */
class ResponseTest {
    @AutoClose
    private static Httpd httpd;

    @BeforeAll
    static void start() throws IOException {
        httpd = Httpd.with().module("status").host("site", """
                AddType text/x-java .java
                AddEncoding x-source .java
                AddLanguage tlh .java
                AddHandler jvm-application .java
                <Location /flow/own>
                    SetHandler server-status
                </Location>
                JVMDaemonProcess site ${AS1}
                JVMAlias /flow ${APPS}/Flow.java
                """).start();
        Files.copy(
                httpd.apps().resolve("Flow.java"),
                httpd.dir().resolve("htdocs/Flow.java"),
                StandardCopyOption.REPLACE_EXISTING);
    }

    private static RawClient.Head head(String path) throws IOException {
        return RawClient.get(httpd.port("site"), path).head();
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 299, 404, 418, 444, 507, 599})
    void shouldKeepTheStatus(int status) throws IOException {
        assertThat(head("/flow?status=" + status).status()).isEqualTo(status);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/flow", "/Flow.java"})
    void shouldNotDescribeTheProgramInPlaceOfItsAnswer(String path) throws IOException {
        RawClient.Head head = head(path + "?status=200");
        assertThat(head.status()).isEqualTo(200);
        assertThat(head.all("Content-Type")).isEmpty();
        assertThat(head.all("Content-Encoding")).isEmpty();
        assertThat(head.all("Content-Language")).isEmpty();
    }

    @Test
    void shouldLetSetHandlerTakeAPartOutOfAMount() throws IOException {
        assertThat(RawClient.get(httpd.port("site"), "/flow/own?auto").text()).contains("BusyWorkers");
    }
}

package modjvm.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import modjvm.it.harness.Await;
import modjvm.it.harness.Http;
import modjvm.it.harness.Httpd;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** What mod_jvm tells the access log of a request. */
class AccessLogTest {
    private static final long HOLD_MS = 300;

    @AutoClose
    private static Httpd httpd;

    @Test
    void shouldTellPoolProcessAndTimes() {
        httpd = Httpd.with().host("site", """
                        CustomLog ${WORK}/access.log "%{jvm-pool}n %{jvm-pid}n %{jvm-queue-time}n %{jvm-application-time}n %U"
                        JVMDaemonProcess site ${AS1} threads=1
                        JVMAlias /gate ${APPS}/Gate.java
                        """).start();
        String pid = Http.get(httpd.uri("site", "/gate?pid=")).body();

        var both = List.of(
                Http.start(httpd.uri("site", "/gate/held?hold=" + HOLD_MS)),
                Http.start(httpd.uri("site", "/gate/held?hold=" + HOLD_MS)));
        both.forEach(CompletableFuture::join);

        List<String[]> held = Await.value(
                "both requests are logged",
                Await.LONG,
                () -> Optional.of(lines("/gate/held")).filter(lines -> lines.size() == 2));
        assertThat(held).allSatisfy(line -> {
            assertThat(line[0]).isEqualTo("site");
            assertThat(line[1]).isEqualTo(pid);
            assertThat(Long.parseLong(line[3])).isGreaterThanOrEqualTo(HOLD_MS * 1000);
        });
        long longest =
                held.stream().mapToLong(line -> Long.parseLong(line[2])).max().orElseThrow();
        assertThat(longest).as("one had to wait for the other").isGreaterThan(HOLD_MS * 1000 / 2);
    }

    private static List<String[]> lines(String path) {
        try (var lines = Files.lines(httpd.work().resolve("access.log"))) {
            return lines.map(line -> line.split(" "))
                    .filter(line -> line[4].equals(path))
                    .toList();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}

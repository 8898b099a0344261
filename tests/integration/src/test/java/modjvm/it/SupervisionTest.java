package modjvm.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import modjvm.it.harness.Await;
import modjvm.it.harness.Folders;
import modjvm.it.harness.Http;
import modjvm.it.harness.Httpd;
import modjvm.it.harness.HttpdBuilder;
import modjvm.it.harness.Proc;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Daemons that end are replaced, and the virtual host's error log says why they ended, once for
 * each.
 */
@Order(1)
class SupervisionTest {
    /**
     * A pool for each end, since the pauses between starts grow with each process of a pool that
     * ends soon.
     */
    private static final List<String> ENDS = List.of(
            "KILL", "exit7", "HUP", "INT", "TERM", "exit129", "exit130", "exit143", "halt8", "SEGV", "throws",
            "prints");

    @AutoClose
    private static Httpd httpd;

    @BeforeAll
    static void start() {
        HttpdBuilder builder = Httpd.with();
        ENDS.forEach(pool -> builder.host(
                pool, "JVMDaemonProcess " + pool + " ${AS1} \"env=TRACE=none\"\nJVMAlias / ${APPS}/Ends.java"));
        httpd = builder.host("two", "JVMDaemonProcess two ${AS1} processes=2\nJVMAlias / ${APPS}/Ends.java")
                .host("starts", """
                        JVMDaemonProcess starts ${AS1}
                        JVMAlias / ${APPS}/DiesAtStart.java param.until=${WORK}/mended
                        """)
                .host("options", """
                        JVMDaemonProcess options ${AS1} java-option=-XX:NoSuchOption
                        JVMAlias / ${APPS}/Hello.java
                        """)
                .write();
        String names = String.join("|", ENDS) + "|two";
        httpd.expect("pool (" + names + "|starts|options) pid \\d+ ended: ");
        httpd.expect("(thrown on purpose|StackOverflowError|NoSuchOption)");
        httpd.expect("pool (starts|options)"); // that it is stopped, and tried again
        httpd.expect("AH00646|supervisor"); // killed on purpose
        httpd.expect("lost after it had read the request|MJ\\d+: .*\\b(" + names
                + ")\\b"); // requests that ended with their JVM
        httpd.start();
    }

    private static int pid(String host) {
        return Integer.parseInt(Http.await(httpd.uri(host, "/?pid"), 200).body());
    }

    private static List<String> deaths(String pool, int pid) {
        return httpd.log(pool).lines("pool " + pool + " pid " + pid + " ended: ");
    }

    private static void awaitDeath(String pool, int pid, String reason) {
        httpd.log(pool).await("pool " + pool + " pid " + pid + " ended: " + reason);
        assertThat(pid(pool)).isNotEqualTo(pid);
        assertThat(deaths(pool, pid)).hasSize(1);
    }

    @Test
    void shouldReplaceADaemonThatWasKilled() {
        int pid = pid("KILL");

        Proc.of(pid).orElseThrow().signal("KILL");

        awaitDeath("KILL", pid, "signal 9");
    }

    @Test
    void shouldTellOfSystemExit() {
        int pid = pid("exit7");

        assertThat(Http.get(httpd.uri("exit7", "/?exit=7")).statusCode()).isIn(502, 503);

        awaitDeath("exit7", pid, "exit code 7: .*System\\.exit");
    }

    @ParameterizedTest
    @CsvSource({"HUP, 1", "INT, 2", "TERM, 15"})
    void shouldTellOfASignalFromOutside(String name, int number) {
        int pid = pid(name);

        Proc.of(pid).orElseThrow().signal(name);

        awaitDeath(name, pid, "signal " + number + " \\(SIG" + name + "\\) from outside \\(up");
    }

    @ParameterizedTest
    @ValueSource(ints = {129, 130, 143})
    void shouldNotTakeSystemExitForASignal(int code) {
        int pid = pid("exit" + code);

        assertThat(Http.get(httpd.uri("exit" + code, "/?exit=" + code)).statusCode())
                .isIn(502, 503);

        awaitDeath("exit" + code, pid, "exit code " + code + ": System\\.exit at .*Ends");
    }

    @Test
    void shouldTellOfHalt() {
        int pid = pid("halt8");

        assertThat(Http.get(httpd.uri("halt8", "/?halt=8")).statusCode()).isEqualTo(502);

        awaitDeath("halt8", pid, "exit code 8");
    }

    @Test
    void shouldTellOfACrashAndWhereItsReportLies() throws IOException {
        int pid = pid("SEGV");

        Proc.of(pid).orElseThrow().signal("SEGV");

        String line = httpd.log("SEGV").await("pool SEGV pid " + pid + " ended: signal 6.*hs_err_pid" + pid + "\\.log");
        Matcher report = Pattern.compile("(/\\S*hs_err_pid\\d+\\.log)").matcher(line);
        assertThat(report.find()).isTrue();
        Path file = Path.of(report.group(1));
        assertThat(file).exists();
        Files.delete(file);
    }

    @Test
    void shouldAnswer500ForAnExceptionAndLiveOn() {
        int pid = pid("throws");

        assertThat(Http.get(httpd.uri("throws", "/?throw")).statusCode()).isEqualTo(500);
        assertThat(Http.get(httpd.uri("throws", "/?overflow")).statusCode()).isEqualTo(500);

        httpd.log("throws").await("thrown on purpose");
        assertThat(pid("throws")).isEqualTo(pid);
    }

    @Test
    void shouldPassWhatAnApplicationPrintsToTheLog() {
        Http.get(httpd.uri("prints", "/?print=a-line-for-the-log"));

        httpd.log("prints").await("a-line-for-the-log");
    }

    @Test
    void shouldServeWithTheOtherDaemonMeanwhile() {
        List<Proc> both = httpd.awaitReady("two", 2);
        Http.await(httpd.uri("two", "/?pid"), 200);

        both.get(0).signal("KILL");

        for (int i = 0; i < 20; i++) {
            assertThat(Http.get(httpd.uri("two", "/?pid")).statusCode()).isEqualTo(200);
        }
        Await.until("two daemons, the dead one replaced", Await.LONG, () -> {
            List<Proc> now = httpd.daemons("two");
            return now.size() == 2 && !now.contains(both.get(0));
        });
    }

    @Test
    void shouldBackOffAndRecover() {
        httpd.log("starts").await("pool starts pid \\d+ ended: exit code 3: .*System\\.exit");
        HttpResponse<String> refused = Http.await(httpd.uri("starts", "/"), 503);
        assertThat(refused.headers().firstValue("Retry-After")).isPresent();

        // at once, not after queue-timeout
        long before = System.nanoTime();
        assertThat(Http.get(httpd.uri("starts", "/")).statusCode()).isEqualTo(503);
        assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Await.scaled(Duration.ofSeconds(5)));

        Folders.write(httpd.work().resolve("mended"), "");
        assertThat(Http.await(httpd.uri("starts", "/"), 200).body()).isEqualTo("mended\n");
        List<String> deaths = httpd.log("starts").lines("pool starts pid \\d+ ended: ");
        assertThat(deaths).doesNotHaveDuplicates();
    }

    @Test
    void shouldSayWhyTheJvmDoesNotStart() {
        httpd.log("options").await("NoSuchOption");
        httpd.log("options").await("pool options pid \\d+ ended: exit code \\d+");
        assertThat(Http.await(httpd.uri("options", "/"), 503).headers().firstValue("Retry-After"))
                .isPresent();

        // 1 s, 2 s, 4 s: each pause is longer than the one before
        String fourth = "(?s)(pool options pid \\d+ ended: .*){4}";
        Await.until("four deaths", Await.LONG, () -> httpd.log("options").text().matches("(?s).*" + fourth + ".*"));
        List<Double> times = httpd.log("options").lines("pool options pid \\d+ ended: ").stream()
                .limit(4)
                .map(SupervisionTest::secondOfDay)
                .toList();
        double first = times.get(1) - times.get(0);
        double last = times.get(3) - times.get(2);
        assertThat(first).isGreaterThan(0.9);
        assertThat(last).isGreaterThan(3.5);
    }

    /** The time in [Mon Nov 23 21:39:50.123456 2026]. */
    private static double secondOfDay(String line) {
        Matcher time = Pattern.compile("(\\d\\d):(\\d\\d):(\\d\\d\\.\\d+)").matcher(line);
        assertThat(time.find()).as(line).isTrue();
        return Integer.parseInt(time.group(1)) * 3600
                + Integer.parseInt(time.group(2)) * 60
                + Double.parseDouble(time.group(3));
    }
}

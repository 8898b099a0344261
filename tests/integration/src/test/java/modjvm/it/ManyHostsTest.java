package modjvm.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import modjvm.it.harness.Await;
import modjvm.it.harness.Command;
import modjvm.it.harness.Folders;
import modjvm.it.harness.Http;
import modjvm.it.harness.Httpd;
import modjvm.it.harness.Proc;
import org.junit.jupiter.api.Test;

/**
 * A thousand virtual hosts with a pool each, as administrators write them: a macro, and a file for
 * each site. Processor time, not time.
 */
class ManyHostsTest {
    private static final int HOSTS = 1000;
    private static final double MOST_SECONDS = 2;
    private static final Pattern TIMES = Pattern.compile("(?m)^CPU (\\S+) (\\S+)$");

    private static final String MACRO = """
            JVMConcurrentStarts 1
            <Macro Site $name $port>
                <VirtualHost 127.0.0.1:$port>
                    ServerName $name.test
                    JVMDaemonProcess $name ${AS1}
                    JVMAlias / ${APPS}/Ends.java
                    IncludeOptional ${WORK}/$name.options
                </VirtualHost>
            </Macro>
            IncludeOptional ${WORK}/sites-enabled/*.conf
            """;

    @Test
    void shouldCheckAndReloadAThousandHostsInLittleTime() {
        try (Httpd httpd = Httpd.with()
                .module("macro")
                .main(MACRO)
                .host("first", "JVMDaemonProcess first ${AS1}\nJVMAlias / ${APPS}/Ends.java")
                .host("many", "")
                .write()) {
            for (int i = 1; i < HOSTS; i++) {
                Folders.write(
                        httpd.work().resolve("sites-enabled/" + i + ".conf"), "Use Site site" + i + " ${PORT_many}\n");
            }
            Command checked = Command.run(
                    "bash",
                    "-c",
                    "TIMEFORMAT='CPU %U %S'; time /usr/sbin/apache2 -t -f " + httpd.dir() + "/httpd.conf");
            assertThat(checked.output()).contains("Syntax OK");
            assertThat(cpuSeconds(checked.output())).as("configtest").isLessThan(MOST_SECONDS);

            httpd.start();
            Http.await(httpd.uri("first", "/?pid"), 200); // whoever is asked for starts first
            Proc first = httpd.awaitReady("first", 1).get(0);
            List<Proc> lasting = List.of(httpd.parent(), httpd.supervisor().orElseThrow());
            double before = cpuSeconds(lasting);

            httpd.rewriteHost("first", "JVMDaemonProcess first ${AS1} env=CHANGED=1\nJVMAlias / ${APPS}/Ends.java");
            List<Proc> others = others(httpd, first);
            httpd.graceful();

            Await.until(
                    "the one that changed has another process",
                    Await.LONG,
                    () -> !httpd.daemons("first").contains(first));
            assertThat(cpuSeconds(lasting) - before).as("graceful").isLessThan(2 * MOST_SECONDS);
            assertThat(httpd.daemons()).containsAll(others);
            assertThat(httpd.log().lines("MJ0101: pool site")).isEmpty();
            assertThat(Http.get(httpd.uri("first", "/?pid")).statusCode()).isEqualTo(200);
        }
    }

    private static List<Proc> others(Httpd httpd, Proc first) {
        return httpd.daemons().stream().filter(daemon -> !daemon.equals(first)).toList();
    }

    private static double cpuSeconds(String output) {
        Matcher times = TIMES.matcher(output);
        assertThat(times.find()).as(output).isTrue();
        return Double.parseDouble(times.group(1)) + Double.parseDouble(times.group(2));
    }

    private static double cpuSeconds(List<Proc> processes) {
        return processes.stream().mapToDouble(Proc::cpuSeconds).sum();
    }
}

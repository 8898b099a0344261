package modjvm.it;

import static org.assertj.core.api.Assertions.assertThat;

import modjvm.it.harness.ErrorLog;
import modjvm.it.harness.Folders;
import modjvm.it.harness.Http;
import modjvm.it.harness.Httpd;
import modjvm.it.harness.SystemLog;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/**
 * {@code ErrorLog syslog}: what happens outside requests is there too, under the facility and the
 * tag of the virtual host.
 */
@RequiresRoot
class SystemLogTest {
    private static final String LOCAL3 = "<15"; // 19 times 8, and the severity: info is 6
    private static final String LOCAL7 = "<19"; // 23 times 8

    @AutoClose
    private final SystemLog syslog = SystemLog.start();

    private final ErrorLog lines = syslog.lines();

    private static int ready(Httpd httpd) {
        return httpd.awaitDaemons("site", 1).get(0).pid();
    }

    @Test
    void shouldTellOfThePoolsOfAVirtualHost() {
        try (Httpd httpd =
                Httpd.with().wrappedBy(syslog.command()).host("site", """
                        ErrorLog syslog:local3:shop
                        JVMDaemonProcess site ${AS1}
                        JVMAlias /ends ${APPS}/Ends.java
                        JVMAlias /broken ${WORK}/Broken.java
                        """).write()) {
            Folders.write(httpd.work().resolve("Broken.java"), "class Broken {\n  int x = y;\n}\n");
            httpd.start();
            String started = lines.await("MJ0102: pool site pid \\d+ started");
            assertThat(started)
                    .startsWith(LOCAL3)
                    .contains(" shop[" + httpd.supervisor().orElseThrow().pid() + "]: ");
            assertThat(started).contains(": [jvm:info] [pid ");
            lines.await("MJ0103: pool site pid \\d+ ready");
            assertThat(lines.await("Broken.java:2: "))
                    .startsWith(LOCAL3 + "5>")
                    .contains("[jvm:error]", "[pool site] ");

            assertThat(Http.get(httpd.uri("site", "/ends?print=background")).statusCode())
                    .isEqualTo(200);
            lines.await("background");
            httpd.daemons("site").get(0).signal("KILL");
            lines.await("MJ0101: pool site pid \\d+ ended: signal 9");
            assertThat(httpd.log("site").text()).isEmpty();
        }
    }

    @Test
    void shouldFollowTheMainLogToSyslogAndBack() {
        try (Httpd httpd = Httpd.with()
                .wrappedBy(syslog.command())
                .main("JVMDaemonProcess site ${AS1}\nJVMAlias / ${APPS}/Ends.java")
                .host("site", "JVMProcessGroup site")
                .start()) {
            httpd.log().await("pool site pid \\d+ ready");

            httpd.rewriteMain(
                    "ErrorLog syslog\nJVMDaemonProcess site ${AS1} env=ROUND=2\nJVMAlias / ${APPS}/Ends.java");
            httpd.parent().signal("USR1");
            assertThat(lines.await("MJ0103: pool site pid \\d+ ready"))
                    .startsWith(LOCAL7)
                    .contains(" apache2[");
            lines.await("MJ0116: pool site: generation 2 has taken over");
            lines.await("resuming normal operations");

            httpd.rewriteMain("JVMDaemonProcess site ${AS1} env=ROUND=3\nJVMAlias / ${APPS}/Ends.java");
            httpd.graceful();
            httpd.log().await("MJ0116: pool site: generation 3 has taken over");
            assertThat(lines.lines("generation 3")).isEmpty();
        }
    }

    @Test
    void shouldOutliveTheSystemLog() {
        try (Httpd httpd =
                Httpd.with().wrappedBy(syslog.command()).host("site", """
                        ErrorLog syslog:local3
                        JVMDaemonProcess site ${AS1}
                        JVMAlias / ${APPS}/Ends.java
                        """).start()) {
            lines.await("pool site pid \\d+ ready");
            syslog.end();
            int before = ready(httpd);
            httpd.daemons("site").get(0).signal("KILL");
            assertThat(Http.get(httpd.uri("site", "/?pid")).statusCode()).isEqualTo(200);
            assertThat(ready(httpd)).isNotEqualTo(before);
        }
    }
}

package modjvm.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import modjvm.it.harness.Await;
import modjvm.it.harness.Http;
import modjvm.it.harness.Httpd;
import modjvm.it.harness.Proc;
import org.junit.jupiter.api.Test;

/** The timeouts of a daemon's life: each ends it, and is named in the log. */
class TimeoutsTest {
    @Test
    void shouldEndADaemonThatIsNotReadyInTime() {
        try (Httpd httpd = Httpd.with().host("late", """
                JVMDaemonProcess late ${AS1} startup-timeout=1500ms
                JVMAlias / ${APPS}/Slow.java param.until=${WORK}/never
                """).start()) {
            httpd.expect("pool late");

            httpd.log("late").await("pool late pid \\d+ ended: startup-timeout");
            assertThat(Http.await(httpd.uri("late", "/"), 503).headers().firstValue("Retry-After"))
                    .isPresent();
        }
    }

    @Test
    void shouldEndADaemonWhoseRequestsDoNotEnd() {
        String site = """
                JVMDaemonProcess held ${AS1} graceful-timeout=1 shutdown-timeout=10
                JVMAlias / ${APPS}/Gate.java
                """;
        try (Httpd httpd = Httpd.with().host("held", site).start()) {
            Proc old = daemon(httpd, "held");
            httpd.expect("held");
            var pending = Http.start(httpd.uri("held", "/?until=" + httpd.work().resolve("never")));
            Await.until(
                    "the request is inside",
                    Await.LONG,
                    () -> Http.get(httpd.uri("held", "/?inside")).body().equals("1"));

            httpd.rewriteHost("held", site.replace("shutdown-timeout=10", "shutdown-timeout=10 env=NEW=1"));
            httpd.graceful();

            httpd.log("held").await("pool held pid " + old.pid() + " ended: graceful-timeout");
            assertThat(pending.join().statusCode()).isEqualTo(502);
            Http.await(httpd.uri("held", "/?pid"), 200);
        }
    }

    @Test
    void shouldKillADaemonThatDoesNotShutDown() {
        String site = """
                JVMDaemonProcess stubborn ${AS1} graceful-timeout=5 shutdown-timeout=1
                JVMAlias / ${APPS}/Stubborn.java
                """;
        try (Httpd httpd = Httpd.with().host("stubborn", site).start()) {
            Proc old = daemon(httpd, "stubborn");
            httpd.expect("stubborn");

            httpd.rewriteHost("stubborn", site.replace("shutdown-timeout=1", "shutdown-timeout=1 env=NEW=1"));
            httpd.graceful();

            httpd.log("stubborn").await("pool stubborn pid " + old.pid() + " ended: shutdown-timeout");
            assertThat(old.isAlive()).isFalse();
            List<Proc> now = httpd.processes();
            Http.await(httpd.uri("stubborn", "/"), 200);
            httpd.stop();
            httpd.awaitNothingLeft(now);
        }
    }

    private static Proc daemon(Httpd httpd, String pool) {
        Http.await(httpd.uri(pool, "/?pid"), 200);
        return httpd.awaitDaemons(pool, 1).get(0);
    }
}

package modjvm.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import modjvm.it.harness.Await;
import modjvm.it.harness.ErrorLog;
import modjvm.it.harness.Folders;
import modjvm.it.harness.Http;
import modjvm.it.harness.Httpd;
import modjvm.it.harness.Proc;
import org.junit.jupiter.api.Test;

/**
 * What logrotate does, and what an administrator does who stops httpd gently: pools go on, and
 * their lines go where they should.
 */
class LogRotationTest {
    private static void say(Httpd httpd, String line) {
        assertThat(Http.get(httpd.uri("site", "/?print=" + line)).statusCode()).isEqualTo(200);
    }

    @Test
    void shouldWriteToTheNewFileAfterAGraceful() throws IOException {
        try (Httpd httpd = Httpd.with().host("site", """
                JVMDaemonProcess site ${AS1}
                JVMAlias / ${APPS}/Ends.java
                """).start()) {
            Proc daemon = httpd.awaitReady("site", 1).get(0);
            say(httpd, "before");
            httpd.log("site").await("before");
            Path file = httpd.dir().resolve("site.log");
            Path rotated = httpd.dir().resolve("site.log.1");

            Files.move(file, rotated);
            httpd.graceful();

            say(httpd, "after");
            httpd.log("site").await("after");
            assertThat(httpd.log("site").lines("before")).isEmpty();
            assertThat(new ErrorLog(rotated).lines("after")).isEmpty();
            // the supervisor's own lines too
            daemon.signal("KILL");
            httpd.expect("ended: signal 9");
            httpd.log("site").await("pool site pid " + daemon.pid() + " ended: signal 9");
        }
    }

    @Test
    void shouldWriteToAPipedLogAcrossGracefuls() {
        try (Httpd httpd = Httpd.with().host("site", """
                ErrorLog "|/usr/bin/tee -a ${WORK}/piped.log"
                JVMDaemonProcess site ${AS1}
                JVMAlias / ${APPS}/Ends.java
                """).start()) {
            Await.until(
                    "it serves",
                    Await.LONG,
                    () -> Http.get(httpd.uri("site", "/?pid")).statusCode() == 200);
            ErrorLog piped = new ErrorLog(httpd.work().resolve("piped.log"));
            List<Proc> daemons = httpd.daemons("site");
            for (int i = 0; i < 3; i++) {
                say(httpd, "line-" + i);
                piped.await("line-" + i);
                httpd.graceful();
            }
            say(httpd, "the-last");
            piped.await("the-last");
            assertThat(httpd.daemons("site")).isEqualTo(daemons);
        }
    }

    @Test
    void shouldLetRequestsEndWhenHttpdStopsGracefully() throws IOException {
        try (Httpd httpd = Httpd.with().host("site", """
                JVMDaemonProcess site ${AS1}
                JVMAlias / ${APPS}/Gate.java
                """).start()) {
            Path go = httpd.work().resolve("go");
            httpd.awaitReady("site", 1);
            var pending = Http.start(httpd.uri("site", "/?until=" + go));
            Await.until("it is inside", Await.LONG, () -> Files.exists(Path.of(go + ".inside")));
            List<Proc> all = httpd.processes();

            CompletableFuture<Void> stopped = CompletableFuture.runAsync(httpd::gracefulStop);
            httpd.log().await("AH00493|AH00297|AH00495|Graceful stop|graceful-stop|caught SIGWINCH");
            assertThat(pending).isNotDone();
            Folders.write(go, "");

            assertThat(pending.join().statusCode()).isEqualTo(200);
            stopped.join();
            httpd.awaitNothingLeft(all);
        }
    }
}

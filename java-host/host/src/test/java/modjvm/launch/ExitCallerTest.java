package modjvm.launch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** In JVMs of their own, which really end. */
@Timeout(60)
class ExitCallerTest {
    private static Process start(String how) throws Exception {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        ExitProbe.class.getName(),
                        how)
                .redirectErrorStream(true)
                .start();
    }

    @Test
    void shouldNameTheFrameThatCalledExit() throws Exception {
        try (BufferedReader out = start("application").inputReader()) {
            assertThat(out.readLine()).isEqualTo("exit at <exit.ProbeApplication.leave(ProbeApplication.java:8)>");
        }
    }

    @Test
    void shouldNotNameTheHost() throws Exception {
        try (BufferedReader out = start("host").inputReader()) {
            assertThat(out.readLine()).isEqualTo("exit at <>");
        }
    }

    @Test
    void shouldNameNobodyWhoIsTold() throws Exception {
        Process process = start("wait");
        try (BufferedReader out = process.inputReader()) {
            assertThat(out.readLine()).startsWith("waiting");
            process.toHandle().destroy(); // and leaves the stream open
            assertThat(out.readLine()).isEqualTo("signal 15 (SIGTERM) from outside");
            assertThat(out.readLine()).isEqualTo("exit at <>");
        }
    }

    @Test
    void shouldNotNameWhoWaitsForAnEndThatHasBegun() {
        StackTraceElement exit = new StackTraceElement("java.lang.Runtime", "exit", "Runtime.java", 1);
        StackTraceElement caller = new StackTraceElement("shop.Shop", "handle", null, -1);
        StackTraceElement hooks = new StackTraceElement(
                "java.lang.ApplicationShutdownHooks", "runHooks", "ApplicationShutdownHooks.java", 1);
        StackTraceElement[] waits = {exit, caller};
        StackTraceElement[] ends = {hooks, exit, caller};

        assertThat(ExitCaller.of(List.<StackTraceElement[]>of(waits))).isEmpty();
        assertThat(ExitCaller.of(List.of(waits, ends))).isEqualTo("shop.Shop.handle(Unknown Source)");
    }
}

package modjvm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MainTest {
    private static final String STATUS = """
            {"supervisor":{"pid":7},"pools":[
              {"name":"shop","user":"alice","uid":1000,"state":"ready","generation":3,"waiting":2,"lastError":"pid 1 ended: \\"exit\\"",
               "lastErrorAt":"2026-11-27T17:31:40.123Z","retryAt":null,"daemons":[
                {"pid":1234,"slot":0,"state":"draining","generation":2,"uptimeMs":93784000,"served":17,"inFlight":1,"why":"maximum-requests"},
                {"pid":1235,"slot":1,"state":"ready","generation":3,"uptimeMs":5999,"served":0,"inFlight":0,"why":null}]},
              {"name":"blog","user":"","uid":1001,"state":"down","generation":1,"waiting":0,"lastError":null,
               "retryAt":"2026-11-27T17:32:00.000Z","daemons":[]}
            ]}
            """;

    @TempDir
    private Path dir;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... arguments) {
        return Main.run(
                new PrintWriter(out),
                new PrintWriter(err),
                List.of(dir.resolve("run"), dir.resolve("other")),
                arguments);
    }

    private int runAt(Path runtimeDir, String... arguments) {
        List<String> all = new ArrayList<>(Arrays.asList(arguments));
        all.addAll(List.of("--runtime-dir", runtimeDir.toString()));
        return run(all.toArray(String[]::new));
    }

    @Test
    void shouldShowPoolsToPeople() throws Exception {
        try (FakeSupervisor supervisor = new FakeSupervisor(dir, "ok\n" + STATUS)) {
            assertThat(runAt(dir, "status")).isZero();
            assertThat(supervisor.lines()).containsExactly("status\n");
        }
        assertThat(out.toString()).isEqualTo("""
                shop: ready, generation 3, user alice, 2 requests wait
                  last error, 2026-11-27T17:31:40.123Z: pid 1 ended: "exit"
                       pid  state     slot  generation         up    served  in flight
                      1234  draining     0  2               1d 2h        17          1  maximum-requests
                      1235  ready        1  3                  5s         0          0

                blog: down, generation 1, user #1001
                  next start: 2026-11-27T17:32:00.000Z
                """);
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void shouldShowTheDocumentToPrograms() throws Exception {
        try (FakeSupervisor supervisor = new FakeSupervisor(dir, "ok\n" + STATUS)) {
            assertThat(runAt(dir, "status", "shop", "--json")).isZero();
            assertThat(supervisor.lines()).containsExactly("status shop\n");
        }
        assertThat(out.toString()).isEqualTo(STATUS);
    }

    /**
     * Whoever listens there: nothing of it moves the cursor, or turns the order of what is read.
     */
    @ParameterizedTest
    @CsvSource({"'ok\npid 1:\n', dump, 'pid 1:\n', ''", "'error ', restart, '', 'modjvm: '"})
    void shouldPrintNothingThatATerminalWouldActOn(String before, String verb, String onOut, String onErr)
            throws Exception {
        String hostile = "\u001b[31m \u009b \u202e \u200b \u2066 \ufeff \udb40\udc41 \u00e4\t\u05d0\n";
        String shown = "\\u001b[31m \\u009b \\u202e \\u200b \\u2066 \\ufeff \\udb40\\udc41 \u00e4\t\u05d0\n";
        try (FakeSupervisor supervisor = new FakeSupervisor(dir, before + hostile)) {
            runAt(dir, verb, "shop");
            assertThat(supervisor.lines()).containsExactly(verb + " shop\n");
        }
        assertThat(out.toString()).isEqualTo(onErr.isEmpty() ? onOut + shown : "");
        assertThat(err.toString()).isEqualTo(onErr.isEmpty() ? "" : onErr + shown);
    }

    @Test
    void shouldPrintNoEscapesOfADocumentAsTheyAreMeant() throws Exception {
        String escapes = "\\u001b[31m\\u202e";
        try (FakeSupervisor supervisor =
                new FakeSupervisor(dir, "ok\n" + STATUS.replace("maximum-requests", escapes))) {
            assertThat(runAt(dir, "status")).isZero();
            assertThat(supervisor.lines()).containsExactly("status\n");
        }
        assertThat(out.toString()).contains("1  " + escapes + "\n");
    }

    @ParameterizedTest
    @CsvSource({
        "restart shop,            restart shop",
        "restart shop --no-wait,  roll shop",
        "restart --no-wait shop,  roll shop",
        "drain shop,              drain shop",
        "dump shop,               dump shop",
        "dump shop 123,           dump shop 123",
    })
    void shouldAskForWhatIsWanted(String command, String line) throws Exception {
        try (FakeSupervisor supervisor = new FakeSupervisor(dir, "ok\nwhat comes: é\n")) {
            assertThat(runAt(dir, command.split(" "))).isZero();
            assertThat(supervisor.lines()).containsExactly(line + "\n");
        }
        assertThat(out.toString()).isEqualTo("what comes: é\n");
    }

    @Test
    void shouldTakeTheFolderBeforeTheCommandToo() throws Exception {
        try (FakeSupervisor supervisor = new FakeSupervisor(dir, "ok\n")) {
            assertThat(run("--runtime-dir", dir.toString(), "restart", "shop")).isZero();
            assertThat(supervisor.lines()).containsExactly("restart shop\n");
        }
    }

    @Test
    void shouldSayWhyItWasRefused() throws Exception {
        try (FakeSupervisor supervisor = new FakeSupervisor(dir, "error permission denied: no\n")) {
            assertThat(runAt(dir, "restart", "shop")).isEqualTo(1);
            assertThat(supervisor.lines()).hasSize(1);
        }
        assertThat(err.toString()).isEqualTo("modjvm: permission denied: no\n");
        assertThat(out.toString()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "'',without an answer",
        "hello\\n,not a supervisor",
        "ok\\n{\"pools\":[1,cannot be read",
        "ok\\n{\"pools\":7},cannot be read"
    })
    void shouldSayThatAnAnswerIsNone(String answer, String message) throws Exception {
        try (FakeSupervisor supervisor = new FakeSupervisor(dir, answer.replace("\\n", "\n"))) {
            assertThat(runAt(dir, "status")).isEqualTo(1);
            assertThat(supervisor.lines()).hasSize(1);
        }
        assertThat(err.toString()).startsWith("modjvm: ").contains(message);
    }

    @Test
    void shouldSayThatNobodyListens() throws IOException {
        assertThat(runAt(dir, "status")).isEqualTo(1);
        assertThat(err.toString())
                .startsWith("modjvm: " + dir.resolve("control") + ": ")
                .contains("does Apache run?");

        err.getBuffer().setLength(0);
        leaveSocket(dir);
        assertThat(runAt(dir, "status")).isEqualTo(1);
        assertThat(err.toString()).contains("refused: does Apache run?");
    }

    /** What a supervisor that was killed leaves. */
    private static void leaveSocket(Path runtimeDir) throws IOException {
        Files.createDirectories(runtimeDir);
        try (ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            listener.bind(UnixDomainSocketAddress.of(runtimeDir.resolve("control")));
        }
    }

    @Test
    void shouldFindTheOnlyApache() throws Exception {
        Path found = dir.resolve("run/jvm-0123abcd");
        Files.createDirectories(dir.resolve("run/jvm-without"));
        Files.createDirectories(dir.resolve("run/else"));
        Files.createSymbolicLink(dir.resolve("other"), dir.resolve("run"));
        try (FakeSupervisor supervisor = new FakeSupervisor(found, "ok\nyes\n")) {
            assertThat(run("restart", "shop")).isZero();
            assertThat(supervisor.lines()).hasSize(1);
        }
    }

    @Test
    void shouldSayThatThereIsNoApache() {
        assertThat(run("status")).isEqualTo(1);
        assertThat(err.toString())
                .startsWith("modjvm: no Apache with a JVM pool is found below " + dir.resolve("run") + ", "
                        + dir.resolve("other"))
                .contains("--runtime-dir");
    }

    @Test
    void shouldListApachesWhereThereAreSeveral() throws IOException {
        leaveSocket(dir.resolve("run/jvm-a"));
        leaveSocket(dir.resolve("other/jvm-b"));

        assertThat(run("status")).isEqualTo(1);

        assertThat(err.toString().lines())
                .containsExactly(
                        "modjvm: more than one Apache with a JVM pool is found: name one of these with --runtime-dir",
                        "  " + dir.resolve("other/jvm-b").toRealPath(),
                        "  " + dir.resolve("run/jvm-a").toRealPath());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "restart",
                "dump",
                "dump shop x",
                "status shop blog",
                "nonsense",
                "restart shop --json",
                "--runtime-dir"
            })
    void shouldSayHowItIsUsed(String command) {
        assertThat(run(command.isEmpty() ? new String[0] : command.split(" "))).isEqualTo(2);
        assertThat(err.toString()).contains("Usage: modjvm");
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void shouldSendNoWordThatIsMoreThanOne() throws Exception {
        try (FakeSupervisor supervisor = new FakeSupervisor(dir, "ok\n")) {
            for (String pool : new String[] {"shop x", "shop\nrestart other", "", "é"}) {
                assertThat(runAt(dir, "restart", pool)).isEqualTo(1);
            }
            assertThat(supervisor.lines()).isEmpty();
        }
        assertThat(err.toString()).contains("there is no pool 'shop x'");
    }

    @Test
    void shouldTellItsVersionAndItsUse() {
        assertThat(run("--version")).isZero();
        assertThat(run("--help")).isZero();
        assertThat(run("status", "--help")).isZero();
        assertThat(out.toString()).contains("modjvm ", "restart", "dump", "--runtime-dir", "--json");
    }
}

package modjvm.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import modjvm.it.harness.Await;
import modjvm.it.harness.Classes;
import modjvm.it.harness.Command;
import modjvm.it.harness.Folders;
import modjvm.it.harness.Http;
import modjvm.it.harness.Httpd;
import modjvm.it.harness.HttpdBuilder;
import modjvm.it.harness.Prefix;
import modjvm.it.harness.Proc;
import org.junit.jupiter.api.Test;

/** Many pools that start with httpd: how many at once, and in which order. Counts, not times. */
class PoolsStartTest {
    private static final int POOLS = 24;
    private static final int AT_ONCE = 2;
    /** For all pools together. */
    private static final Duration ALL = Duration.ofMinutes(3);

    private static final String CLASSES = "classes entry-point=Hello::application";

    private static final String HELLO = """
            import modjvm.*;

            public class Hello {
                static final Application application = request -> Response.text("hello");
            }
            """;

    /**
     * Starts only when there is a file ${WORK}/gate; until then it computes, or waits as one does
     * whose database is away.
     */
    private static String gated(String meanwhile) {
        return """
            import java.nio.file.*;
            import modjvm.*;

            public class Gated {
                static Application application(Config config) throws Exception {
                    while (!Files.exists(Path.of(config.parameters().get("gate")))) {
                        MEANWHILE
                    }
                    return request -> Response.text("hello");
                }
            }
            """.replace("MEANWHILE", meanwhile);
    }

    /**
     * The first AT_ONCE pools are gated; of the others, every sixth is a source, the rest are
     * classes.
     */
    private static Httpd start(String meanwhile) {
        String pools = IntStream.range(0, POOLS)
                .mapToObj(i -> pool(name(i), target(i), i < AT_ONCE ? "startup-timeout=600" : ""))
                .collect(Collectors.joining());
        Httpd httpd = configure(Httpd.with(), AT_ONCE, pools);
        Folders.write(httpd.work().resolve("Gated.java"), gated(meanwhile));
        httpd.start();
        return httpd;
    }

    private static Httpd configure(HttpdBuilder with, int atOnce, String pools) {
        Httpd httpd = with.main("JVMConcurrentStarts " + atOnce)
                .host("site", pools + "<Location /jvm-status>\nSetHandler jvm-status\n</Location>\n")
                .write();
        Path source = httpd.work().resolve("Hello.java");
        Folders.write(source, HELLO);
        Classes.compile(httpd.work().resolve("classes"), source);
        return httpd;
    }

    private static String pool(String name, String target, String options) {
        return """
                JVMDaemonProcess NAME ${AS1} heap=32m OPTIONS
                JVMAlias /NAME ${WORK}/TARGET process-group=NAME param.gate=${WORK}/gate
                """.replace("NAME", name).replace("TARGET", target).replace("OPTIONS", options);
    }

    private static String target(int pool) {
        return pool < AT_ONCE ? "Gated.java" : pool % 6 == 0 ? "Hello.java" : CLASSES;
    }

    private static String name(int pool) {
        return "p%02d".formatted(pool);
    }

    private static void openGate(Httpd httpd) {
        Folders.write(httpd.work().resolve("gate"), "");
    }

    /**
     * The pools in the order in which their processes were started; fails where more start at once
     * than may.
     */
    private static List<String> started(Httpd httpd) {
        List<String> order = new ArrayList<>();
        int starting = 0;
        for (String line : httpd.log("site").lines(": pool p\\d\\d pid \\d+ (started|ready in)")) {
            Matcher pool =
                    Pattern.compile("pool (p\\d\\d) pid \\d+ (started|ready)").matcher(line);
            assertThat(pool.find()).isTrue();
            if (pool.group(2).equals("started")) {
                order.add(pool.group(1));
                starting++;
            } else {
                starting--;
            }
            assertThat(starting).as("processes that start, at: " + line).isLessThanOrEqualTo(AT_ONCE);
        }
        return order;
    }

    private static void awaitReady(Httpd httpd, int count) {
        Await.until(
                count + " pools are ready",
                ALL,
                () -> httpd.log("site").lines("pool p\\d\\d pid \\d+ ready in").size() == count);
    }

    private static String status(Httpd httpd, String query) {
        return Http.get(httpd.uri("site", "/jvm-status" + query)).body();
    }

    private static CompletableFuture<HttpResponse<String>> ask(Httpd httpd, int pool) {
        CompletableFuture<HttpResponse<String>> answer = Http.start(httpd.uri("site", "/" + name(pool)));
        Await.until(
                "the request waits",
                Await.LONG,
                () -> status(httpd, "?json")
                        .contains("\"name\":\"" + name(pool) + "\",\"state\":\"queued\",\"waiting\":1,"));
        return answer;
    }

    @Test
    void shouldStartAFewAtOnceAndFirstWhatIsAskedFor() {
        try (Httpd httpd = start("")) {
            Await.until("two start", Await.LONG, () -> started(httpd).size() == AT_ONCE);
            CompletableFuture<HttpResponse<String>> last = ask(httpd, POOLS - 1);
            CompletableFuture<HttpResponse<String>> fifth = ask(httpd, 5);
            assertThat(started(httpd)).containsExactly("p00", "p01");
            assertQueued(httpd);

            openGate(httpd);

            assertThat(last.join().body()).isEqualTo("hello");
            assertThat(fifth.join().body()).isEqualTo("hello");
            awaitReady(httpd, POOLS);
            List<String> order = started(httpd);
            assertThat(order.subList(0, 4)).containsExactlyInAnyOrder("p00", "p01", "p23", "p05");
            assertThat(order.subList(4, POOLS)).isSorted().hasSize(POOLS - 4);
            assertThat(httpd.log("site").lines(" ended: ")).isEmpty();
        }
    }

    private static void assertQueued(Httpd httpd) {
        assertThat(status(httpd, "?json")).contains("\"name\":\"p00\",\"state\":\"starting\",\"waiting\":0,");
        assertThat(status(httpd, "")).contains("<tr><td>p04<td>").contains("<td>queued<td>");
        assertThat(status(httpd, "?prometheus"))
                .contains("mod_jvm_state{pool=\"p04\",state=\"queued\"} 1\n")
                .contains("mod_jvm_state{pool=\"p00\",state=\"queued\"} 0\n");
        Command told = Command.run(
                Prefix.root().resolve("bin/modjvm").toString(),
                "--runtime-dir",
                runtimeDir(httpd).toString(),
                "status",
                "p04");
        assertThat(told.output()).startsWith("p04: queued, generation 1");
    }

    private static Path runtimeDir(Httpd httpd) {
        try (Stream<Path> folders = Files.list(httpd.dir().resolve("run"))) {
            return folders.filter(folder -> folder.getFileName().toString().startsWith("jvm-"))
                    .findFirst()
                    .orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void shouldNotWaitForStartsThatWait() {
        try (Httpd httpd = start("Thread.sleep(200);")) {
            awaitReady(httpd, POOLS - AT_ONCE);
            assertThat(httpd.log("site").lines(" ended: ")).isEmpty();
            assertThat(status(httpd, "?json"))
                    .contains("\"name\":\"p00\",\"state\":\"starting\",")
                    .contains("\"name\":\"p01\",\"state\":\"starting\",");

            openGate(httpd);

            assertThat(Http.get(httpd.uri("site", "/p00")).body()).isEqualTo("hello");
            awaitReady(httpd, POOLS);
        }
    }

    /** The first ones have been quiet for long when the last ones start. */
    @Test
    void shouldHaveOneArchiveMadeAtATimeAndNoneWhileAProcessStarts() {
        int pools = 6;
        String lines = IntStream.range(0, pools)
                .mapToObj(i -> pool(name(i), CLASSES, i % 2 == 0 ? "" : "java-option=--add-modules=java.sql"))
                .collect(Collectors.joining());
        try (Httpd httpd = configure(Httpd.with().withoutArchives(), 1, lines)) {
            httpd.start();
            Await.until("a training", ALL, () -> !trainings(httpd).isEmpty());
            assertThat(httpd.log("site").lines("pool p\\d\\d pid \\d+ ready in"))
                    .hasSize(pools);
            Await.until("that for each of two kinds of pools is made", ALL, () -> {
                assertThat(trainings(httpd)).hasSizeLessThan(2);
                return httpd.log().lines("MJ0147: ").size() == 2;
            });
        }
    }

    /** Those that the supervisor has started; they start others in their turn. */
    private static List<Proc> trainings(Httpd httpd) {
        int supervisor = httpd.supervisor().orElseThrow().pid();
        return httpd.processes().stream()
                .filter(process -> process.program().endsWith("/jvm-training") && process.parent() == supervisor)
                .toList();
    }
}

package modjvm.loading;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import modjvm.spi.Handler;
import modjvm.spi.LoadException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is loaded when, how often, and what is remembered of it. */
class MountsTest {
    private static final String GOOD =
            "class Hello { static Application application = r -> Response.text(\"mended\"); }";

    @TempDir
    Path folder;

    private Workbench bench;

    @BeforeEach
    void makeBench() {
        bench = new Workbench(folder);
    }

    @Test
    void shouldCallFactoriesOnceAndBeforeTheFirstRequest() throws Exception {
        byte[] definition = Workbench.definition(counting("Count.java"), "application");
        Mounts mounts = bench.mounts(definition);

        assertThat(calls()).isEqualTo(1);
        assertThat(Workbench.ask(Workbench.find(mounts, definition))).isEqualTo("counted");
        assertThat(calls()).isEqualTo(1);
    }

    @Test
    void shouldPreloadSeveralAtOnce() throws Exception {
        // Each factory waits for the other.
        byte[] one = Workbench.definition(meeting("One"), "application");
        byte[] two = Workbench.definition(meeting("Two"), "application");
        Mounts mounts = bench.mounts(one, two);

        assertThat(Workbench.ask(Workbench.find(mounts, one))).isEqualTo("met");
        assertThat(Workbench.ask(Workbench.find(mounts, two))).isEqualTo("met");
    }

    @Test
    void shouldRememberAFailureWhileTheTargetStays() throws Exception {
        Path target = bench.source(
                "Fails.java",
                "class Fails { static Application application(Config c) throws Exception {",
                note(),
                "throw new Exception(\"no\"); } }");
        byte[] definition = Workbench.definition(target, "application");
        Mounts mounts = bench.mounts(definition);
        LoadException first = Workbench.failure(mounts, definition);

        assertThat(Workbench.failure(mounts, definition)).isSameAs(first);
        assertThat(calls()).isEqualTo(1);
        assertThat(bench.logged().lines().filter(line -> line.startsWith(target + ":")))
                .hasSize(1);
    }

    @Test
    void shouldTakeAMendedSource() throws Exception {
        Path target = bench.source("Hello.java", "class Hello {");
        byte[] definition = Workbench.definition(target, "application");
        Mounts mounts = bench.mounts(definition);
        assertThat(Workbench.failure(mounts, definition)).hasMessageContaining("reached end of file");

        bench.source("Hello.java", "class Hello { static Application application = null; }");
        assertThat(Workbench.failure(mounts, definition)).hasMessageContaining("is null");
        bench.source("Hello.java", GOOD);
        assertThat(Workbench.ask(Workbench.find(mounts, definition))).isEqualTo("mended");
    }

    @Test
    void shouldTakeATargetThatAppears() throws Exception {
        Path target = bench.path("Hello.java");
        byte[] definition = Workbench.definition(target, "application");
        Mounts mounts = bench.mounts(definition);
        assertThat(Workbench.failure(mounts, definition).status()).isEqualTo(500);

        bench.source("Hello.java", GOOD);
        assertThat(Workbench.ask(Workbench.find(mounts, definition))).isEqualTo("mended");
    }

    @Test
    void shouldTakeAMendedJar() throws Exception {
        Path jar = bench.jar("a.jar", "", bench.classes("bad", "class Hello { static String application; }"));
        byte[] definition = Workbench.definition(jar, "application");
        Mounts mounts = bench.mounts(definition);
        assertThat(Workbench.failure(mounts, definition)).hasMessageContaining("wrong type");

        Path mended = bench.jar("mended.jar", "", bench.classes("good", GOOD));
        Files.move(mended, jar, StandardCopyOption.REPLACE_EXISTING);
        assertThat(Workbench.ask(Workbench.find(mounts, definition))).isEqualTo("mended");
    }

    @Test
    void shouldTakeAJarMendedInPlace() throws Exception {
        Path jar = bench.jar("a.jar", "", bench.classes("bad", "class Hello { static String application; }"));
        byte[] definition = Workbench.definition(jar, "application");
        Mounts mounts = bench.mounts(definition);
        assertThat(Workbench.failure(mounts, definition)).hasMessageContaining("wrong type");

        bench.jar("a.jar", "", bench.classes("good", GOOD));
        assertThat(Workbench.ask(Workbench.find(mounts, definition))).isEqualTo("mended");
    }

    @Test
    void shouldTakeAMendedFolder() throws Exception {
        Path classes = bench.classes("classes", "class Hello { static String application; }");
        byte[] definition = Workbench.definition(classes, "application");
        Mounts mounts = bench.mounts(definition);
        assertThat(Workbench.failure(mounts, definition)).hasMessageContaining("wrong type");

        bench.classes("classes", GOOD);
        assertThat(Workbench.ask(Workbench.find(mounts, definition))).isEqualTo("mended");
    }

    @Test
    void shouldNotReloadWhatWorks() throws Exception {
        Path target = counting("Count.java");
        byte[] definition = Workbench.definition(target, "application");
        Mounts mounts = bench.mounts(definition);
        Handler before = Workbench.find(mounts, definition);

        Files.delete(target);
        assertThat(Workbench.find(mounts, definition)).isSameAs(before);
        bench.source("Count.java", GOOD);
        assertThat(Workbench.find(mounts, definition)).isSameAs(before);
    }

    @Test
    void shouldLoadWhatItDidNotKnowAtItsFirstRequestAndOnce() throws Exception {
        byte[] definition = Workbench.definition(counting("Count.java"), "application");
        Mounts mounts = bench.emptyMounts();
        ExecutorService threads = Executors.newFixedThreadPool(8);
        List<Future<Handler>> found = new ArrayList<>();
        CountDownLatch go = new CountDownLatch(1);
        try {
            for (int i = 0; i < 8; i++) {
                found.add(threads.submit(() -> {
                    go.await();
                    return Workbench.find(mounts, definition.clone());
                }));
            }
            go.countDown();
            Handler first = found.get(0).get(Workbench.DEADLINE_SECONDS, TimeUnit.SECONDS);
            for (Future<Handler> other : found) {
                assertThat(other.get(Workbench.DEADLINE_SECONDS, TimeUnit.SECONDS))
                        .isSameAs(first);
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(calls()).isEqualTo(1);
    }

    @Test
    void shouldKeepNothingOfMissingTargets() throws Exception {
        Mounts mounts = bench.emptyMounts();
        for (int i = 0; i < Mounts.MAX_DYNAMIC + 1; i++) {
            Path target = bench.path("missing-" + i + ".java");
            LoadException failure = Workbench.failure(mounts, Workbench.definition(target, "application"));
            assertThat(failure).hasMessage(target + ": no such file or folder");
            assertThat(failure.status()).isEqualTo(404);
        }

        assertThat(mounts.size()).isZero();
        assertThat(bench.logged()).isEmpty();
    }

    @Test
    void shouldForgetAFailedTargetThatHasGone() throws Exception {
        Path target = bench.source("Hello.java", "class Hello {");
        byte[] definition = Workbench.definition(target, "application");
        Mounts mounts = bench.emptyMounts();
        assertThat(Workbench.failure(mounts, definition).status()).isEqualTo(500);
        assertThat(mounts.size()).isEqualTo(1);

        Files.delete(target);
        assertThat(Workbench.failure(mounts, definition).status()).isEqualTo(404);
        assertThat(mounts.size()).isZero();
        bench.source("Hello.java", GOOD);
        assertThat(Workbench.ask(Workbench.find(mounts, definition))).isEqualTo("mended");
    }

    @Test
    void shouldBoundWhatRequestsCanBring() throws Exception {
        Path target = bench.write("page.html", "no application");
        Mounts mounts = bench.emptyMounts();
        for (int i = 0; i < Mounts.MAX_DYNAMIC; i++) {
            byte[] definition = Workbench.definition(target, "application", "", "n=" + i);
            assertThat(Workbench.failure(mounts, definition).status()).isEqualTo(500);
        }

        byte[] further = Workbench.definition(target, "application");
        assertThat(Workbench.failure(mounts, further).status()).isEqualTo(503);
        assertThat(mounts.size()).isEqualTo(Mounts.MAX_DYNAMIC);
    }

    @Test
    void shouldNotTakePathsThatAreNotPlain() throws Exception {
        bench.source("Hello.java", GOOD);
        Mounts mounts = bench.emptyMounts();
        byte[] definition = Workbench.definition(folder.resolve("x/../Hello.java"), "application");
        Files.createDirectory(folder.resolve("x"));

        assertThat(Workbench.failure(mounts, definition).status()).isEqualTo(404);
    }

    /** A client that leaves must not spoil an application for the others. */
    @Test
    void shouldLoadOnThoughTheRequestIsInterrupted() throws Exception {
        Path go = bench.path("go");
        Path target = bench.source(
                "Slow.java",
                "class Slow { static Application application(Config c) throws Exception {",
                note(),
                "while (!java.nio.file.Files.exists(java.nio.file.Path.of(\"" + go + "\"))) { Thread.sleep(1); }",
                "return r -> Response.text(\"slow\"); } }");
        byte[] definition = Workbench.definition(target, "application");
        Mounts mounts = bench.emptyMounts();

        Thread.currentThread().interrupt();
        LoadException failure = Workbench.failure(mounts, definition);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(failure.status()).isEqualTo(503);
        Files.createFile(go);
        assertThat(Workbench.ask(Workbench.find(mounts, definition))).isEqualTo("slow");
        assertThat(calls()).isEqualTo(1);
    }

    @Test
    void shouldCloseWhatCanBeClosedOnce() throws Exception {
        Path target = bench.source(
                "Closes.java",
                "class Closes implements Application, AutoCloseable {",
                "  static final Closes one = new Closes();",
                "  public Response handle(Request r) { return null; }",
                "  Response member(Request r) { return null; }",
                "  public void close() throws Exception { " + note() + " throw new Exception(\"too late\"); }",
                "}");
        byte[] field = Workbench.definition(target, "one", "g");
        byte[] same = Workbench.definition(target, "Closes::one", "g");
        byte[] instance = Workbench.definition(target, "member", "g");
        Mounts mounts = bench.mounts(field, same, instance);

        mounts.close(Duration.ofSeconds(Workbench.DEADLINE_SECONDS));
        assertThat(calls()).isEqualTo(2);
        assertThat(bench.logged()).contains("Closes: failed to close: java.lang.Exception: too late");
    }

    @Test
    void shouldNotWaitForWhatDoesNotClose() throws Exception {
        Path target = bench.source(
                "Hangs.java",
                "class Hangs implements Application, AutoCloseable {",
                "  public Response handle(Request r) { return null; }",
                "  public void close() throws Exception { new java.util.concurrent.CountDownLatch(1).await(); }",
                "}");
        Mounts mounts = bench.mounts(Workbench.definition(target, "Hangs"));

        mounts.close(Duration.ofMillis(50));
        assertThat(bench.logged()).isEqualToIgnoringNewLines("Hangs: not closed in time");
    }

    private Path counting(String name) throws Exception {
        return bench.source(
                name,
                "class Count { static Application application(Config c) throws Exception {",
                note(),
                "return r -> Response.text(\"counted\"); } }");
    }

    private Path meeting(String name) throws Exception {
        Path mine = bench.path(name + ".here");
        Path other = bench.path((name.equals("One") ? "Two" : "One") + ".here");
        return bench.source(
                name + ".java",
                "import java.nio.file.*; class " + name
                        + " { static Application application(Config c) throws Exception {",
                "Files.createFile(Path.of(\"" + mine + "\"));",
                "long deadline = System.nanoTime() + " + TimeUnit.SECONDS.toNanos(Workbench.DEADLINE_SECONDS) + "L;",
                "while (!Files.exists(Path.of(\"" + other + "\"))) {",
                "  if (System.nanoTime() - deadline > 0) throw new IllegalStateException(\"alone\");",
                "  Thread.onSpinWait();",
                "}",
                "return r -> Response.text(\"met\"); } }");
    }

    /** Code that leaves a trace outside of its class loader. */
    private String note() {
        return "java.nio.file.Files.createTempFile(java.nio.file.Path.of(\"" + folder + "\"), \"call\", \".note\");";
    }

    private int calls() throws Exception {
        int calls = 0;
        try (var files = Files.newDirectoryStream(folder, "*.note")) {
            for (Path ignored : files) {
                assertThat(ignored).isEmptyFile();
                calls++;
            }
        }
        return calls;
    }
}

package modjvm.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import modjvm.it.harness.Await;
import modjvm.it.harness.Folders;
import modjvm.it.harness.Http;
import modjvm.it.harness.Httpd;
import modjvm.it.harness.Jdk;
import modjvm.it.harness.Proc;
import modjvm.it.harness.Users;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a pool keeps so that its next start is fast: an archive of classes, and what it has compiled. */
class StartupTest {
    /** The archive is made at the lowest priority. */
    private static final Duration TRAINING = Duration.ofMinutes(4);

    /** Leaves a line in ${WORK}/made each time that it is loaded. */
    private static final String APPLICATION = """
            import java.nio.file.*;
            import modjvm.*;

            public class Counted {
                static Application application(Config config) throws Exception {
                    Path made = Path.of(config.parameters().get("work"), "made");
                    Files.writeString(made, "made\\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
                    return request -> Response.text("first");
                }
            }
            """;

    /** So that the process which compiles it is there for long enough to be seen. */
    private static final String LONG_TO_COMPILE = IntStream.range(0, 3_000)
            .mapToObj(i -> "static int f" + i + "(int x) { return x + " + i + "; }\n")
            .collect(Collectors.joining("", "class Filler {\n", "}\n"));

    private static Httpd start(Jdk jdk, String options) {
        Httpd httpd = configure(jdk, options);
        httpd.start();
        return httpd;
    }

    private static Httpd configure(Jdk jdk, String options) {
        Httpd httpd = Httpd.with()
                .main("JVMStateDir ${APPS}/../state")
                .host("shop", host(jdk, options))
                .write();
        Folders.write(httpd.apps().resolve("Counted.java"), APPLICATION);
        return httpd;
    }

    private static String host(Jdk jdk, String options) {
        return "JVMDaemonProcess shop ${AS1} java-home=" + jdk.home() + " " + options
                + "\nJVMAlias / ${APPS}/Counted.java param.work=${WORK} reload=Off\n";
    }

    private static Path state(Httpd httpd) {
        return httpd.dir().resolve("state/shop");
    }

    private static List<Path> kept(Httpd httpd, String prefix) {
        try (Stream<Path> files = Files.list(state(httpd))) {
            return files.filter(file -> file.getFileName().toString().startsWith(prefix))
                    .toList();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Waits until so many archives were made in all, and returns the one without the compiler, beside which one with it is left. */
    private static Path awaitArchives(Httpd httpd, int made) {
        Await.until("archives are made", TRAINING, () -> {
            List<String> failures = httpd.log("shop").lines("archive: .* cannot be|archive: it was not");
            if (!failures.isEmpty()) {
                throw new AssertionError(failures);
            }
            return httpd.log("shop").lines("archive: .* was made, ").size() == made;
        });
        Await.until(
                "nothing else is left",
                Await.LONG,
                () -> kept(httpd, "archive-").size() == 2);
        return kept(httpd, "archive-").stream()
                .filter(file -> !file.toString().endsWith(".compiler"))
                .findFirst()
                .orElseThrow();
    }

    private static Path withCompiler(Path archive) {
        return archive.resolveSibling(archive.getFileName() + ".compiler");
    }

    /** Kills the daemon, and returns the next one once it is ready. */
    private static Proc replace(Httpd httpd) {
        Proc last = httpd.awaitReady("shop", 1).get(0);
        httpd.expect("shop pid " + last.pid() + " ended: signal 9");
        last.signal("KILL");
        Await.until("the daemon ends", Await.LONG, () -> !last.isAlive());
        Proc next = httpd.awaitReady("shop", 1).get(0);
        assertThat(Http.get(httpd.uri("shop", "/")).body()).isEqualTo("first");
        return next;
    }

    private static boolean isTraining(Httpd httpd) {
        return !trainings(httpd).isEmpty();
    }

    private static List<Proc> trainings(Httpd httpd) {
        return httpd.processes().stream()
                .filter(process -> process.program().endsWith("/jvm-training"))
                .toList();
    }

    private static boolean uses(Proc process, Path archive) {
        try (Stream<String> maps = Files.lines(Path.of("/proc/" + process.pid() + "/maps"))) {
            return maps.anyMatch(line -> line.endsWith(" " + archive));
        } catch (IOException | UncheckedIOException e) {
            return false; // it has just ended
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {17, 25})
    void shouldStartFromAnArchiveOnceThereIsOne(int release) throws IOException {
        Jdk jdk = Jdk.of(release);
        try (Httpd httpd = start(jdk, "")) {
            Proc first = httpd.awaitReady("shop", 1).get(0);

            Path archive = awaitArchives(httpd, 2);

            assertThat(uses(first, archive)).isFalse();
            assertThat(Files.getOwner(archive)).hasToString(Users.first());
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(archive)))
                    .isEqualTo("rw-------");
            assertThat(Files.readAllLines(httpd.work().resolve("made"))).hasSize(1);
            assertThat(uses(replace(httpd), archive)).isTrue();

            Path source = httpd.apps().resolve("Counted.java");
            Folders.write(source, APPLICATION + LONG_TO_COMPILE);
            CompletableFuture<Void> compiler = CompletableFuture.runAsync(() -> Await.until(
                    "jvm-compiler uses its archive",
                    Await.LONG,
                    () -> httpd.processes().stream()
                            .anyMatch(process -> process.program().endsWith("/jvm-compiler")
                                    && uses(process, withCompiler(archive)))));
            Proc edited = replace(httpd);
            compiler.join();
            assertThat(uses(edited, archive)).isTrue();
            assertThat(uses(edited, withCompiler(archive))).isFalse();

            Folders.write(source, APPLICATION + LONG_TO_COMPILE);
            assertThat(uses(replace(httpd), archive)).isTrue();
            assertThat(Files.getLastModifiedTime(kept(httpd, "classes-").get(0)))
                    .as("by which the next start sees that nothing is to be compiled")
                    .isGreaterThanOrEqualTo(Files.getLastModifiedTime(source));

            httpd.rewriteHost("shop", host(jdk, "java-option=-Xint"));
            httpd.graceful();
            httpd.log("shop").await("MJ0116");
            Path other = awaitArchives(httpd, 4);
            assertThat(other).isNotEqualTo(archive);
            assertThat(archive).doesNotExist();
            assertThat(uses(replace(httpd), other)).isTrue();
            assertThat(httpd.log("shop").lines("ignored")).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {17, 25})
    void shouldIgnoreABrokenArchiveAndMakeAnother(int release) throws IOException {
        try (Httpd httpd = start(Jdk.of(release), "")) {
            Path archive = awaitArchives(httpd, 2);
            httpd.expect("archive: " + archive + " is ignored");

            long whole = Files.size(archive);
            Files.write(archive, new byte[5_000], StandardOpenOption.WRITE);
            assertThat(uses(replace(httpd), archive)).isFalse();
            httpd.log("shop").await("archive: " + archive + " is ignored: it is not as it was made; a new one");
            awaitArchives(httpd, 3);
            assertThat(Files.size(archive)).isCloseTo(whole, org.assertj.core.data.Percentage.withPercentage(20));
            assertThat(uses(replace(httpd), archive)).isTrue();

            Files.setPosixFilePermissions(archive, PosixFilePermissions.fromString("rw-rw-rw-"));
            assertThat(uses(replace(httpd), archive)).isFalse();
            httpd.log("shop").await("archive: " + archive + " is ignored: others can write to it: its mode is 0666; ");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {17, 25})
    void shouldEndWithItsTraining(int release) {
        try (Httpd httpd = start(Jdk.of(release), "graceful-timeout=120 shutdown-timeout=60")) {
            Await.until("a training", TRAINING, () -> trainings(httpd).size() > 1);
            List<Proc> trainings = trainings(httpd);
            long before = System.nanoTime();

            httpd.stop();

            assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Await.scaled(Duration.ofSeconds(20)));
            Await.until(
                    "nothing of it is left",
                    Duration.ofSeconds(1),
                    () -> trainings.stream().noneMatch(Proc::isAlive));
            assertThat(httpd.log("shop").lines("archive: ")).isEmpty();
            assertThat(kept(httpd, "archive-").stream().filter(file -> !Files.isRegularFile(file)))
                    .isEmpty();
            assertThat(kept(httpd, "archive-").stream()
                            .filter(file -> file.toString().endsWith(".failed")))
                    .isEmpty();
        }
    }

    @Test
    void shouldInheritNothingButItsOutput() {
        try (Httpd httpd = start(Jdk.current(), "")) {
            Await.until("a training", TRAINING, () -> isTraining(httpd));
            Proc daemon = httpd.daemons("shop").get(0);
            List<String> sockets = daemon.descriptors().values().stream()
                    .filter(target -> target.startsWith("socket:"))
                    .toList();
            assertThat(sockets).isNotEmpty();
            for (Proc training : trainings(httpd)) {
                assertThat(training.descriptors().values()).doesNotContainAnyElementsOf(sockets);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {17, 25})
    void shouldCompileOnce(int release) throws IOException {
        try (Httpd httpd = start(Jdk.of(release), "java-option=-Xlog:class+load:file=${WORK}/loaded")) {
            assertThat(httpd.awaitReady("shop", 1)).hasSize(1);
            assertThat(isCompilerLoaded(httpd)).isFalse(); // jvm-compiler has done it
            assertThat(kept(httpd, "classes-")).hasSize(1);

            Files.delete(httpd.work().resolve("loaded"));
            replace(httpd);
            assertThat(isCompilerLoaded(httpd)).isFalse();

            Path source = httpd.apps().resolve("Counted.java");
            Folders.write(source, APPLICATION.replace("first", "second"));
            Proc last = httpd.daemons("shop").get(0);
            httpd.expect("shop pid " + last.pid() + " ended: signal 9");
            last.signal("KILL");
            Await.until("the daemon ends", Await.LONG, () -> !last.isAlive());
            httpd.awaitReady("shop", 1);
            assertThat(Http.get(httpd.uri("shop", "/")).body()).isEqualTo("second");
            assertThat(isCompilerLoaded(httpd)).isFalse();
            assertThat(kept(httpd, "classes-")).hasSize(1);
        }
    }

    @Test
    void shouldCompileByItselfWhereAnOptionIsAgainstAProcessForThat() throws IOException {
        try (Httpd httpd =
                start(Jdk.current(), "java-option=-Xlog:class+load:file=${WORK}/loaded java-option=-Xshare:auto")) {
            assertThat(httpd.awaitReady("shop", 1)).hasSize(1);
            assertThat(isCompilerLoaded(httpd)).isTrue();
            assertThat(kept(httpd, "classes-")).hasSize(1);
        }
    }

    @Test
    void shouldTellWhatIsWrongWithASourceOnce() {
        try (Httpd httpd = configure(Jdk.current(), "")) {
            Folders.write(httpd.apps().resolve("Counted.java"), APPLICATION.replace("\"first\"", "missing"));
            httpd.expect("Counted.java:8: cannot find symbol");
            httpd.start();
            httpd.awaitReady("shop", 1);
            httpd.log("shop").await("Counted.java:8: cannot find symbol");
            assertThat(httpd.log("shop").lines("cannot find symbol")).hasSize(1);
            assertThat(httpd.processes()).noneMatch(process -> process.program().endsWith("/jvm-compiler"));
        }
    }

    private static boolean isCompilerLoaded(Httpd httpd) throws IOException {
        return Files.readString(httpd.work().resolve("loaded")).contains("com.sun.tools.javac.main.JavaCompiler");
    }

    @Test
    void shouldCompileAnewWhatOthersCouldHaveWritten() throws IOException {
        try (Httpd httpd = start(Jdk.current(), "")) {
            httpd.awaitReady("shop", 1);
            Path classes = kept(httpd, "classes-").get(0);
            assertThat(Files.getOwner(classes)).hasToString(Users.first());
            Files.setPosixFilePermissions(classes, PosixFilePermissions.fromString("rw--w----"));
            httpd.expect("state: " + classes + " is ignored");

            replace(httpd);

            httpd.log("shop").await("state: " + classes + " is ignored: .*others can write to it; .* is compiled anew");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(classes)))
                    .isEqualTo("rw-------");
        }
    }

    @Test
    void shouldHaveNoArchiveWhereAnOptionIsAgainstIt() {
        try (Httpd httpd = start(Jdk.current(), "java-option=-Xshare:off")) {
            httpd.awaitReady("shop", 1);
            assertThat(httpd.log("shop").await("archive: none for this pool, because of -Xshare:off"))
                    .contains(":notice]");
        }
    }
}

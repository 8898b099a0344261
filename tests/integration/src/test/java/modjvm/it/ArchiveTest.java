package modjvm.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import modjvm.it.harness.Await;
import modjvm.it.harness.Command;
import modjvm.it.harness.Folders;
import modjvm.it.harness.Http;
import modjvm.it.harness.Httpd;
import modjvm.it.harness.HttpdBuilder;
import modjvm.it.harness.Jdk;
import modjvm.it.harness.Prefix;
import modjvm.it.harness.Proc;
import modjvm.it.harness.Users;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The archives of classes from which all pools of the machine start faster: one for each key. */
@Order(1)
class ArchiveTest {
    /** An archive is made at the lowest priority. */
    private static final Duration TRAINING = Duration.ofMinutes(4);

    private static final int FIRST_UNUSED_ID = 61184;
    private static final int LAST_UNUSED_ID = 65519;

    private static final String APPLICATION = """
            import modjvm.*;

            public class Hello {
                static Application application(Config config) {
                    return request -> Response.text("hello");
                }
            }
            """;

    /** So that the process which compiles it is there for long enough to be seen. */
    private static final String LONG_TO_COMPILE = IntStream.range(0, 3_000)
            .mapToObj(i -> "static int f" + i + "(int x) { return x + " + i + "; }\n")
            .collect(Collectors.joining("", "class Filler {\n", "}\n"));

    /**
     * Does to the archives, and to whoever makes them, all that a pool's user can think of; answers
     * what has worked.
     */
    private static final String ATTACK = """
            import java.io.*;
            import java.nio.file.*;
            import java.util.*;
            import modjvm.*;

            public class Hello {
                interface Attempt {
                    void run() throws Exception;
                }

                private final List<String> worked = new ArrayList<>();

                private void attempt(String what, Attempt attempt) {
                    try {
                        attempt.run();
                        worked.add(what);
                    } catch (Exception e) {
                        return;
                    }
                }

                private void attackFiles(Path folder) throws IOException {
                    attempt("create", () -> Files.createFile(folder.resolve("archive-0000000000000000")));
                    attempt("rename", () -> Files.move(folder, folder.resolveSibling("elsewhere")));
                    attempt("link", () -> Files.createSymbolicLink(folder.resolve("link"), Path.of("/etc/passwd")));
                    attempt("own folder", () -> Files.createDirectory(folder.resolve("work2")));
                    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
                        for (Path file : files) {
                            attempt("delete " + file, () -> Files.delete(file));
                            attempt("write " + file, () -> new RandomAccessFile(file.toFile(), "rw").close());
                            attempt("touch " + file, () -> Files.setLastModifiedTime(file, java.nio.file.attribute.FileTime.fromMillis(0)));
                            if (Files.isDirectory(file)) {
                                attempt("list " + file, () -> Files.newDirectoryStream(file).close());
                            }
                        }
                    }
                }

                private void attackProcesses() {
                    ProcessHandle.allProcesses()
                            .filter(process -> {
                                try {
                                    return Files.readString(Path.of("/proc/" + process.pid() + "/cmdline")).startsWith("jvm-training");
                                } catch (IOException e) {
                                    return false;
                                }
                            })
                            .forEach(process -> {
                                Path proc = Path.of("/proc/" + process.pid());
                                worked.add("seen");
                                if (process.destroyForcibly()) {
                                    worked.add("kill");
                                }
                                attempt("cwd", () -> Files.newDirectoryStream(proc.resolve("cwd/")).close());
                                attempt("descriptors", () -> Files.newDirectoryStream(proc.resolve("fd")).close());
                                attempt("environment", () -> Files.readString(proc.resolve("environ")));
                                attempt("memory", () -> new RandomAccessFile(proc.resolve("mem").toFile(), "rw").close());
                            });
                }

                static Application application(Config config) {
                    return request -> {
                        Hello hello = new Hello();
                        hello.attackFiles(Path.of(config.parameters().get("archives")));
                        hello.attackProcesses();
                        return Response.text(String.join(";", hello.worked));
                    };
                }
            }
            """;

    private static Httpd start(Jdk jdk, String options) {
        return start(jdk, options, APPLICATION);
    }

    private static Httpd start(Jdk jdk, String options, String application) {
        Httpd httpd = Httpd.with()
                .ownApplications()
                .withoutArchives()
                .host("shop", host("shop", "${AS1}", jdk, options))
                .write();
        Folders.write(httpd.apps().resolve("Hello.java"), application);
        httpd.start();
        return httpd;
    }

    /** The archives of pools without options are there. */
    private static Httpd startWithArchives(Jdk jdk) {
        Httpd httpd = Httpd.with()
                .ownApplications()
                .host("shop", host("shop", "${AS1}", jdk, ""))
                .write();
        Folders.write(httpd.apps().resolve("Hello.java"), APPLICATION);
        httpd.start();
        return httpd;
    }

    private static Httpd startTwo(HttpdBuilder with, Jdk jdk, String options, String others) {
        Httpd httpd = with.host("shop", host("shop", "${AS1}", jdk, options))
                .host("blog", host("blog", "${AS2}", jdk, others))
                .write();
        Folders.write(httpd.apps().resolve("Hello.java"), APPLICATION);
        httpd.start();
        return httpd;
    }

    private static String host(String pool, String user, Jdk jdk, String options) {
        return "JVMDaemonProcess " + pool + " " + user + " java-home=" + jdk.home() + " " + options
                + "\nJVMAlias / ${APPS}/Hello.java param.archives=${APPS}/../run/state/+archives reload=Off\n";
    }

    private static Path folder(Httpd httpd) {
        return httpd.dir().resolve("run/state/+archives");
    }

    private static List<Path> archives(Httpd httpd) {
        if (!Files.exists(folder(httpd))) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder(httpd))) {
            return files.filter(file -> file.getFileName().toString().startsWith("archive-"))
                    .sorted()
                    .collect(Collectors.toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits until so many were made in all; returns those for daemons. */
    private static List<Path> awaitArchives(Httpd httpd, int made) {
        Await.until("archives are made", TRAINING, () -> {
            List<String> failures = httpd.log().lines("MJ0146");
            if (!failures.isEmpty()) {
                throw new AssertionError(failures);
            }
            return httpd.log().lines("MJ0147: archive-.* was made, ").size() == made;
        });
        return archives(httpd).stream()
                .filter(file -> !file.toString().endsWith(".compiler"))
                .collect(Collectors.toList());
    }

    private static Path awaitArchive(Httpd httpd, int made) {
        List<Path> all = awaitArchives(httpd, made);
        assertThat(all).hasSize(1);
        return all.get(0);
    }

    /** The one that a process has started from. */
    private static Path used(Httpd httpd, Proc process) {
        return archives(httpd).stream()
                .filter(archive -> uses(process, archive))
                .findFirst()
                .orElseThrow();
    }

    private static Path withCompiler(Path archive) {
        return archive.resolveSibling(archive.getFileName() + ".compiler");
    }

    /** Kills the daemon, and returns the next one once it is ready. */
    private static Proc replace(Httpd httpd, String pool) {
        Proc last = httpd.awaitReady(pool, 1).get(0);
        httpd.expect(pool + " pid " + last.pid() + " ended: signal 9");
        last.signal("KILL");
        Await.until("the daemon ends", Await.LONG, () -> !last.isAlive());
        Proc next = httpd.awaitReady(pool, 1).get(0);
        assertThat(Http.get(httpd.uri(pool, "/")).body()).isEqualTo("hello");
        return next;
    }

    private static List<Proc> trainings(Httpd httpd) {
        return httpd.processes().stream()
                .filter(process -> process.program().endsWith("/jvm-training"))
                .toList();
    }

    /** The one that the supervisor has started: its JVMs are its children. */
    private static Proc awaitTraining(Httpd httpd) {
        int supervisor = httpd.supervisor().orElseThrow().pid();
        return Await.value(
                "a training",
                TRAINING,
                () -> trainings(httpd).stream()
                        .filter(process -> process.parent() == supervisor)
                        .findFirst());
    }

    private static boolean uses(Proc process, Path archive) {
        try (Stream<String> maps = Files.lines(Path.of("/proc/" + process.pid() + "/maps"))) {
            return maps.anyMatch(line -> line.endsWith(" " + archive));
        } catch (IOException | UncheckedIOException e) {
            return false; // it has just ended
        }
    }

    /** KB that a process shares with others of what it maps of a file, unchanged. */
    private static long sharedClean(Proc process, Path file) throws IOException {
        long sum = 0;
        boolean isFile = false;
        for (String line : Files.readAllLines(Path.of("/proc/" + process.pid() + "/smaps"))) {
            if (line.matches("[0-9a-f]+-[0-9a-f]+ .*")) {
                isFile = line.endsWith(" " + file);
            } else if (isFile && line.startsWith("Shared_Clean:")) {
                sum += Long.parseLong(line.replaceAll("[^0-9]", ""));
            }
        }
        return sum;
    }

    private static void age(Path file, Duration age) throws IOException {
        FileTime made = Files.getLastModifiedTime(file);
        Files.setLastModifiedTime(file, FileTime.from(made.toInstant().minus(age)));
    }

    @ParameterizedTest
    @ValueSource(ints = {17, 25})
    void shouldStartFromAnArchiveOnceThereIsOne(int release) throws IOException {
        Jdk jdk = Jdk.of(release);
        try (Httpd httpd = start(jdk, "")) {
            Proc first = httpd.awaitReady("shop", 1).get(0);

            Path archive = awaitArchive(httpd, 2);

            assertThat(archives(httpd)).hasSize(2);
            assertThat(folder(httpd).toFile().list())
                    .as("nothing is left beside them")
                    .hasSize(3)
                    .contains("lock");
            assertThat(uses(first, archive)).isFalse();
            for (Path file : archives(httpd)) {
                assertThat(Files.getOwner(file)).hasToString(System.getProperty("user.name"));
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                        .isEqualTo("r--r--r--");
            }
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder(httpd))))
                    .isEqualTo("rwxr-xr-x");
            assertThat(uses(replace(httpd, "shop"), archive)).isTrue();

            Folders.write(httpd.apps().resolve("Hello.java"), APPLICATION + LONG_TO_COMPILE);
            CompletableFuture<Void> compiler = CompletableFuture.runAsync(() -> Await.until(
                    "jvm-compiler uses its archive",
                    Await.LONG,
                    () -> httpd.processes().stream()
                            .anyMatch(process -> process.program().endsWith("/jvm-compiler")
                                    && uses(process, withCompiler(archive)))));
            Proc edited = replace(httpd, "shop");
            compiler.join();
            assertThat(uses(edited, archive)).isTrue();
            assertThat(uses(edited, withCompiler(archive))).isFalse();
            assertThat(httpd.log("shop").lines("ignored")).isEmpty();
        }
    }

    @Test
    void shouldRemoveThoseOfOtherKeysLater() throws IOException {
        Jdk jdk = Jdk.current();
        try (Httpd httpd = startWithArchives(jdk)) {
            Path archive = used(httpd, httpd.awaitReady("shop", 1).get(0));

            httpd.rewriteHost("shop", host("shop", "${AS1}", jdk, "java-option=--add-modules=java.sql"));
            httpd.graceful();
            httpd.log("shop").await("MJ0116");
            assertThat(awaitArchives(httpd, 2)).contains(archive);

            Path other = used(httpd, replace(httpd, "shop"));
            assertThat(other).isNotEqualTo(archive);
            age(archive, Duration.ofHours(2));
            httpd.graceful();
            Await.until("the old one goes", Await.LONG, () -> Files.notExists(archive));
            assertThat(other).exists();
            assertThat(withCompiler(archive)).as("it is younger than an hour").exists();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {17, 25})
    void shouldShareOneArchiveBetweenPools(int release) throws IOException {
        try (Httpd httpd = startTwo(
                Httpd.with().ownApplications(),
                Jdk.of(release),
                "heap=64m java-option=-Dname=shop",
                "heap=128m threads=3 env=NAME=blog java-option=-Xlog:gc:file=${WORK}/gc.log read-only=${APPS}")) {
            Proc shop = httpd.awaitReady("shop", 1).get(0);
            Proc blog = httpd.awaitReady("blog", 1).get(0);

            Path archive = used(httpd, shop);
            assertThat(uses(blog, archive)).isTrue();
            assertThat(sharedClean(shop, archive)).as("KB").isGreaterThan(1_000);
            assertThat(sharedClean(blog, archive)).as("KB").isGreaterThan(1_000);
            assertThat(httpd.log().lines("MJ0147")).isEmpty();
            assertThat(shop.descriptors().values()).doesNotContain(archive.toString());
        }
    }

    /** The archives of the other httpds are links to the same files. */
    private static void makeOneOfItsOwn(Path archive) throws IOException {
        Path copy = archive.resolveSibling("copy");
        Files.copy(archive, copy, StandardCopyOption.COPY_ATTRIBUTES);
        Files.move(copy, archive, StandardCopyOption.REPLACE_EXISTING);
    }

    @ParameterizedTest
    @ValueSource(ints = {17, 25})
    void shouldIgnoreABrokenArchiveAndMakeAnother(int release) throws IOException {
        try (Httpd httpd = startWithArchives(Jdk.of(release))) {
            Path archive = used(httpd, httpd.awaitReady("shop", 1).get(0));
            httpd.expect("archive: " + archive.toString().replace("+", "\\+") + " is ignored");

            long whole = Files.size(archive);
            makeOneOfItsOwn(archive);
            Files.setPosixFilePermissions(archive, PosixFilePermissions.fromString("rw-r--r--"));
            Files.write(archive, new byte[5_000], StandardOpenOption.WRITE);
            assertThat(uses(replace(httpd, "shop"), archive)).isFalse();
            httpd.log("shop").await("archive: .* is ignored: it was changed after it was made; a new one");
            awaitArchives(httpd, 1);
            assertThat(Files.size(archive)).isCloseTo(whole, org.assertj.core.data.Percentage.withPercentage(20));
            assertThat(uses(replace(httpd, "shop"), archive)).isTrue();

            Files.setPosixFilePermissions(archive, PosixFilePermissions.fromString("rw-rw-rw-"));
            assertThat(uses(replace(httpd, "shop"), archive)).isFalse();
            httpd.log("shop").await("archive: .* is ignored: others can write to it: its mode is 0666; ");
            awaitArchives(httpd, 2);
            assertThat(uses(replace(httpd, "shop"), archive)).isTrue();
        }
    }

    /** Whoever can read a folder can lock it. */
    private static Process lock(Path folder) throws IOException {
        return new ProcessBuilder(
                        "setpriv",
                        "--reuid",
                        Users.second(),
                        "--clear-groups",
                        "flock",
                        folder.toString(),
                        "sleep",
                        "300")
                .start();
    }

    @Test
    void shouldTrainAsNobodyWithNothingWhoeverLocksTheFolder() throws IOException {
        try (Httpd httpd = start(Jdk.current(), "env=SECRET=of-shop")) {
            Proc training = awaitTraining(httpd);
            Map<String, String> status = training.status();
            List<String> sockets = httpd.daemons("shop").get(0).descriptors().values().stream()
                    .filter(target -> target.startsWith("socket:"))
                    .toList();

            if (Users.isRoot()) {
                Set<String> ids = new HashSet<>(List.of(status.get("Uid").split("\\s+")));
                assertThat(ids).hasSize(1);
                assertThat(Integer.parseInt(ids.iterator().next())).isBetween(FIRST_UNUSED_ID, LAST_UNUSED_ID);
                assertThat(new HashSet<>(List.of(status.get("Gid").split("\\s+"))))
                        .isEqualTo(ids);
                assertThat(status.get("Groups")).isBlank();
            }
            assertThat(status).containsEntry("NoNewPrivs", "1").containsEntry("CapEff", "0000000000000000");
            assertThat(training.workingFolder())
                    .isEqualTo(folder(httpd).resolve("work").toString());
            assertThat(training.environment()).noneMatch(variable -> variable.contains("SECRET"));
            assertThat(sockets).isNotEmpty();
            for (Proc each : trainings(httpd)) {
                assertThat(each.descriptors().values()).doesNotContainAnyElementsOf(sockets);
            }
            if (Users.isRoot()) {
                Process lock = lock(folder(httpd));
                try {
                    awaitArchives(httpd, 2);
                    assertThat(lock.isAlive()).isTrue();
                } finally {
                    lock.descendants().forEach(ProcessHandle::destroyForcibly);
                    lock.destroyForcibly();
                }
            }
            awaitArchives(httpd, 2);
            Await.until(
                    "its folder goes",
                    Await.LONG,
                    () -> Files.notExists(folder(httpd).resolve("work")));
        }
    }

    @Test
    @RequiresRoot
    void shouldBeOutOfReachOfAPoolsUser() throws IOException {
        try (Httpd httpd = start(Jdk.current(), "", ATTACK)) {
            Set<String> worked = new HashSet<>();
            Await.until("archives are made under attack", TRAINING, () -> {
                if (Files.exists(folder(httpd))) {
                    worked.addAll(
                            List.of(Http.get(httpd.uri("shop", "/")).body().split(";")));
                }
                return httpd.log().lines("MJ0147").size() == 2;
            });
            worked.addAll(List.of(Http.get(httpd.uri("shop", "/")).body().split(";")));

            worked.remove("");
            assertThat(worked).containsExactly("seen");
            assertThat(httpd.log().lines("MJ0146")).isEmpty();
            assertThat(archives(httpd)).hasSize(2);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {17, 25})
    void shouldEndWithItsTraining(int release) {
        try (Httpd httpd = start(Jdk.of(release), "")) {
            Await.until("a training", TRAINING, () -> trainings(httpd).size() > 1);
            List<Proc> trainings = trainings(httpd);
            long before = System.nanoTime();

            httpd.stop();

            assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Await.scaled(Duration.ofSeconds(20)));
            Await.until(
                    "nothing of it is left",
                    Duration.ofSeconds(1),
                    () -> trainings.stream().noneMatch(Proc::isAlive));
            assertThat(httpd.log().lines("MJ014[67]")).isEmpty();
            assertThat(archives(httpd)).isEmpty();
        }
    }

    @Test
    void shouldMakeThemOneByOneAndWhenAsked() throws Exception {
        try (Httpd httpd = startTwo(
                Httpd.with().withoutArchives(),
                Jdk.current(),
                "java-option=--add-modules=java.sql",
                "java-option=-Xshare:off")) {
            httpd.awaitReady("shop", 1);
            httpd.awaitReady("blog", 1);
            httpd.log("blog").await("archive: none for this pool, because of -Xshare:off");
            int supervisor = httpd.supervisor().orElseThrow().pid();
            Process train = new ProcessBuilder(
                            Prefix.root().resolve("bin/modjvm").toString(), "train", "--runtime-dir", runtimeDir(httpd))
                    .redirectErrorStream(true)
                    .start();
            Await.until("modjvm train ends", TRAINING, () -> {
                assertThat(trainings(httpd).stream().filter(process -> process.parent() == supervisor))
                        .hasSizeLessThan(2);
                return !train.isAlive();
            });
            String said = new String(train.getInputStream().readAllBytes());

            assertThat(train.exitValue()).as(said).isZero();
            assertThat(said)
                    .containsPattern("archive-[0-9a-f]{16}: was made, for /")
                    .containsPattern("archive-[0-9a-f]{16}\\.compiler: was made, for /")
                    .contains("pool blog has none: because of -Xshare:off");
            assertThat(archives(httpd)).hasSize(2);
            assertThat(Command.succeed(
                            Prefix.root().resolve("bin/modjvm").toString(),
                            "train",
                            "--runtime-dir",
                            runtimeDir(httpd)))
                    .containsPattern("archive-[0-9a-f]{16}: was there, for /");
        }
    }

    private static String runtimeDir(Httpd httpd) {
        return httpd.awaitSocket().getParent().toString();
    }

    @Test
    void shouldSayWhyAnArchiveCannotBeMade() throws Exception {
        try (Httpd httpd =
                start(Jdk.current(), "java-option=-XX:NoSuchOption=1 java-option=-XX:+IgnoreUnrecognizedVMOptions")) {
            httpd.awaitReady("shop", 1);
            httpd.expect("MJ0146: archive-.* cannot be made: ");
            Files.createDirectories(folder(httpd));
            Files.setPosixFilePermissions(folder(httpd), PosixFilePermissions.fromString("rwxrwxrwx"));

            httpd.log()
                    .await("MJ0146: archive-[0-9a-f]{16} for /.* cannot be made: .*archives: Operation not permitted");

            Command train = Command.run(
                    Prefix.root().resolve("bin/modjvm").toString(), "train", "--runtime-dir", runtimeDir(httpd));
            assertThat(train.exitCode()).as(train.output()).isEqualTo(1);
            assertThat(train.output()).contains("cannot be made: ");
        }
    }
}

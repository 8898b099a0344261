package modjvm.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import modjvm.it.harness.Command;
import modjvm.it.harness.Folders;
import modjvm.it.harness.Http;
import modjvm.it.harness.Httpd;
import modjvm.it.harness.Proc;
import modjvm.it.harness.Users;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;

/** What pools keep, and that they do without where that is not possible. */
@ResourceLock("mounts")
class StateDirTest {
    private static final String SHOP = "JVMDaemonProcess shop ${AS1}\nJVMAlias / ${APPS}/Ends.java";

    private static Httpd configure(String main) {
        return Httpd.with().withoutArchives().main(main).host("shop", SHOP).write();
    }

    private static Path onlyFolder(Path parent, String prefix) throws IOException {
        try (Stream<Path> folders = Files.list(parent)) {
            return folders.filter(folder -> folder.getFileName().toString().startsWith(prefix))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static void crash(Httpd httpd, Proc daemon) {
        httpd.expect("shop pid " + daemon.pid() + "|pool shop\\] #");
        daemon.signal("SEGV");
        httpd.log("shop").await("pool shop pid " + daemon.pid() + " ended: signal 6");
    }

    @Test
    void shouldKeepCrashReportsForThePoolsUser() throws IOException {
        try (Httpd httpd = configure("JVMStateDir ${APPS}/../state")) {
            httpd.start();
            Proc daemon = httpd.awaitReady("shop", 1).get(0);

            crash(httpd, daemon);

            Path folder = httpd.dir().resolve("state/shop");
            Path report = folder.resolve("hs_err_pid" + daemon.pid() + ".log");
            assertThat(report).exists();
            assertThat(Files.getOwner(report)).hasToString(Users.first());
            assertThat(Files.getOwner(folder)).hasToString(Users.first());
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)))
                    .isEqualTo("rwx------");
            assertThat(httpd.log("shop").lines("ended: signal 6: see " + report))
                    .hasSize(1);
        }
    }

    /** What users can fill does not lie on /run, which the whole machine needs. */
    @Test
    void shouldKeepThingsBelowTheCacheFolder() throws IOException {
        List<Path> above = Stream.of("/var/cache/apache2/mod_jvm", "/var/cache/apache2")
                .map(Path::of)
                .toList();
        List<Path> missing =
                above.stream().filter(folder -> !Files.exists(folder)).toList();
        try (Httpd httpd = Httpd.with().defaultStateDir().host("shop", SHOP).write()) {
            httpd.start();
            String state = httpd.awaitReady("shop", 1).get(0).arguments().get(2);
            try {
                Path runtime = onlyFolder(httpd.dir().resolve("run"), "jvm-");
                assertThat(Path.of(state))
                        .isEqualTo((Users.isRoot()
                                        ? above.get(0).resolve(runtime.getFileName())
                                        : runtime.resolve("state"))
                                .resolve("shop"));
                assertThat(Files.getOwner(Path.of(state))).hasToString(Users.first());
                if (Users.isRoot()) {
                    assertThat(runtime.resolve("state")).doesNotExist();
                }
                httpd.stop();
            } finally {
                if (Users.isRoot()) {
                    Folders.remove(Path.of(state).getParent());
                    for (Path folder : missing) {
                        Files.deleteIfExists(folder);
                    }
                }
            }
        }
    }

    @Test
    void shouldStartWithoutWhatHoldsTooMuch() throws IOException {
        try (Httpd httpd = configure("JVMStateDir ${APPS}/../state")) {
            httpd.start();
            Proc first = httpd.awaitReady("shop", 1).get(0);
            Path big = httpd.dir().resolve("state/shop/big");
            Command.succeed("fallocate", "-l", "513m", big.toString());
            httpd.expect("shop pid \\d+ ended: signal 9");

            Proc without = killAndAwaitNext(httpd, first);

            assertThat(stateOf(without)).isEmpty();
            assertThat(httpd.log("shop")
                            .lines(":warn\\] .*pool shop runs without its state folder " + big.getParent()
                                    + ": it holds at least 513 MB, .* 512 MB: empty it or remove it"))
                    .hasSize(1);
            Files.delete(big);

            assertThat(stateOf(killAndAwaitNext(httpd, without)))
                    .isEqualTo(big.getParent().toString());
        }
    }

    /**
     * What a daemon is told of its state folder; behind that, of an archive of classes, which is
     * nobody's own.
     */
    private static String stateOf(Proc daemon) {
        return daemon.arguments().get(2);
    }

    private static Proc killAndAwaitNext(Httpd httpd, Proc daemon) {
        daemon.signal("KILL");
        httpd.log("shop").await("pool shop pid " + daemon.pid() + " ended: ");
        return httpd.awaitReady("shop", 1).get(0);
    }

    @Test
    void shouldKeepNothingWhereThatIsOff() throws IOException {
        try (Httpd httpd = configure("JVMStateDir Off")) {
            httpd.start();

            assertThat(httpd.awaitReady("shop", 1).get(0).arguments()).hasSize(2);

            assertThat(httpd.dir().resolve("run/state")).doesNotExist();
        }
    }

    /**
     * Classes that are kept are code, and could be forged by who may not change what they were made
     * of.
     */
    @Test
    @RequiresRoot
    void shouldKeepNothingWhereTheSourceIsReadOnly() {
        try (Httpd httpd = Httpd.with()
                .ownApplications()
                .main("JVMStateDir ${APPS}/../state")
                .host("shop", SHOP.replace("${AS1}", "${AS1} read-only=${APPS}"))
                .start()) {
            Proc daemon = httpd.awaitReady("shop", 1).get(0);

            assertThat(Http.await(httpd.uri("shop", "/?pid"), 200).body()).isEqualTo(Integer.toString(daemon.pid()));
            assertThat(stateOf(daemon)).isEmpty();
            assertThat(httpd.dir().resolve("state/shop")).doesNotExist();
        }
    }

    @Test
    @RequiresRoot
    void shouldKeepNothingWhereAnotherUserDecidesWhatRuns() throws IOException {
        try (Httpd httpd = Httpd.with()
                .ownApplications()
                .main("JVMStateDir ${APPS}/../state")
                .host("shop", SHOP.replace("${AS1}", "${AS1} script-user=" + Users.second()))
                .write()) {
            Path target = httpd.apps().resolve("Ends.java");
            Files.setOwner(
                    target,
                    target.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(Users.second()));
            httpd.start();

            Proc daemon = httpd.awaitReady("shop", 1).get(0);

            assertThat(Http.await(httpd.uri("shop", "/?pid"), 200).body()).isEqualTo(Integer.toString(daemon.pid()));
            assertThat(stateOf(daemon)).isEmpty();
            assertThat(httpd.dir().resolve("state/shop")).doesNotExist();
        }
    }

    @Test
    @RequiresRoot
    void shouldServeWhereTheDiskIsFull() {
        serveWith("nr_inodes=1", "No space left on device");
    }

    @Test
    @RequiresRoot
    void shouldServeWhereTheDiskIsReadOnly() {
        serveWith("ro", "Read-only file system");
    }

    private static void serveWith(String mountOptions, String reason) {
        try (Httpd httpd = configure("JVMStateDir ${APPS}/../state")) {
            Path state = Folders.make(httpd.dir().resolve("state"));
            Command mounted =
                    Command.run("mount", "-t", "tmpfs", "-o", "mode=0711," + mountOptions, "none", state.toString());
            assumeTrue(mounted.exitCode() == 0, "no mounts are allowed here: " + mounted.output());
            try {
                httpd.start();
                Proc first = httpd.awaitReady("shop", 1).get(0);
                httpd.expect("shop pid " + first.pid() + " ended: signal 9");
                first.signal("KILL");
                httpd.log("shop").await("pool shop pid " + first.pid() + " ended: ");

                assertThat(Http.await(httpd.uri("shop", "/?pid"), 200).body())
                        .isNotEqualTo(Integer.toString(first.pid()));
                assertThat(httpd.log("shop").lines(":warn\\] .*pool shop runs without its state folder .*: " + reason))
                        .hasSize(1);
                httpd.stop();
            } finally {
                Command.succeed("umount", state.toString());
            }
        }
    }
}

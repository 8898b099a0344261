package modjvm.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import modjvm.it.harness.Command;
import modjvm.it.harness.Folders;
import modjvm.it.harness.Http;
import modjvm.it.harness.Httpd;
import modjvm.it.harness.HttpdBuilder;
import modjvm.it.harness.Jail;
import modjvm.it.harness.Jdk;
import modjvm.it.harness.Prefix;
import modjvm.it.harness.Proc;
import modjvm.it.harness.Users;
import modjvm.it.harness.WebArchive;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;

/**
 * What daemons can see and change of the machine: chroot, private-tmp, read-only. What they need
 * must not lie below /tmp, so it is copied.
 */
@RequiresRoot
@ResourceLock("mounts")
class ConfinementTest {
    private static Path base;
    private static Path apps;
    private static Path module;
    private static Jail jail;

    @BeforeAll
    static void make() throws IOException {
        base = Files.createTempDirectory(Path.of("/var/lib"), "modjvm-test");
        Folders.make(base, "root", "rwxr-xr-x");
        Command.succeed(
                "cp", "-R", Prefix.root().toString(), base.resolve("prefix").toString());
        module = base.resolve("prefix").resolve(Prefix.root().relativize(Prefix.module()));
        apps = base.resolve("apps");
        Folders.copyApplications(apps);
    }

    @AfterAll
    static void remove() {
        if (jail != null) {
            jail.close();
        }
        Jail.requireNothingMountedBelow(base);
        Folders.remove(base);
    }

    private static Jail jail() {
        if (jail == null) {
            jail = Jail.make(base.resolve("jail"));
            Folders.copyApplications(jail.root().resolve("srv"));
            Folders.make(jail.root().resolve("work"), "root", "rwxrwxrwx");
            Folders.write(jail.root().resolve("marker"), "inside\n");
        }
        jail.bind(base.resolve("prefix"));
        jail.bind(Jdk.current().home());
        return jail;
    }

    private static HttpdBuilder httpd() {
        return Httpd.with().jvmModule(module);
    }

    private static String site(String options, Path folder) {
        return "JVMDaemonProcess site ${AS1} java-home=" + Jdk.current().home() + " " + options + "\nJVMAlias / "
                + folder + "/Facts.java";
    }

    private static HttpResponse<String> ask(Httpd httpd, String question) {
        return Http.get(httpd.uri("site", "/?" + question));
    }

    private static void assertKept(Httpd httpd) {
        Proc daemon = httpd.awaitReady("site", 1).get(0);
        assertThat(daemon.status().get("NoNewPrivs")).isEqualTo("1");
        assertThat(daemon.status().get("CapPrm")).isEqualTo("0000000000000000");
        assertThat(daemon.status().get("CapEff")).isEqualTo("0000000000000000");
    }

    private static long mountsOf(String pid) {
        try {
            return Files.readAllLines(Path.of("/proc", pid, "mountinfo")).size();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String name(String prefix) {
        return prefix + "modjvm-" + ProcessHandle.current().pid();
    }

    private static Path web(Path war) {
        return new WebArchive(base.resolve("parts"))
                .file("a.txt", "a")
                .file("a.jsp", "${1 + 2}")
                .file("real.jsp", "<%= new java.io.File(application.getRealPath(\"/a.txt\")).length() %>")
                .pack(war);
    }

    private static void assertServesTheWebApplication(Httpd httpd) {
        assertThat(Http.get(httpd.uri("site", "/shop/a.txt")).body()).isEqualTo("a");
        assertThat(Http.get(httpd.uri("site", "/shop/a.jsp")).body()).isEqualTo("3");
        assertThat(Http.get(httpd.uri("site", "/shop/real.jsp")).body()).isEqualTo("1");
    }

    @Test
    void shouldServeAWebApplicationThatCanWriteToATmpOfItsOwnAlone() {
        Path war = web(base.resolve("shop.war"));
        String site = "JVMDaemonProcess site ${AS1} private-tmp=on read-only=/ java-home="
                + Jdk.current().home() + "\nJVMAlias /shop " + war;
        try (Httpd httpd = httpd().host("site", site).start()) {
            httpd.expect("exploded in|took .* milliseconds");

            assertServesTheWebApplication(httpd);
        }
    }

    @Test
    void shouldGiveEachProcessATmpOfItsOwn() throws IOException {
        Path outside = Files.writeString(Path.of(name("/tmp/outside-")), "outside\n");
        long mounts = mountsOf("self");
        try (Httpd httpd = httpd().host("site", site("private-tmp=on", apps)).start()) {
            assertKept(httpd);

            assertThat(ask(httpd, "read=" + outside).body()).contains("NoSuchFileException");
            for (String folder : List.of("/tmp/", "/var/tmp/")) {
                Path file = Path.of(name(folder + "inside-"));
                assertThat(ask(httpd, "create=" + file).body()).isEqualTo(file.toString());
                assertThat(file).doesNotExist();
            }
            assertThat(ask(httpd, "read=/proc/self/mountinfo").body())
                    .containsPattern("/ /tmp rw,nosuid,nodev.* - tmpfs")
                    .containsPattern("/ /var/tmp rw,nosuid,nodev.* - tmpfs");
            assertThat(mountsOf("self")).isEqualTo(mounts);
            assertThat(mountsOf(
                            Integer.toString(httpd.supervisor().orElseThrow().pid())))
                    .isEqualTo(mounts);

            Proc daemon = httpd.daemons("site").get(0);
            httpd.expect("pool site pid " + daemon.pid());
            httpd.supervisor().orElseThrow().signal("KILL");
            modjvm.it.harness.Await.until(
                    "it dies with its supervisor", modjvm.it.harness.Await.LONG, () -> !daemon.isAlive());
            httpd.expect("MJ0010|MJ003[35]");
            Http.await(httpd.uri("site", "/?pid"), 200);
        } finally {
            Files.delete(outside);
        }
    }

    @Test
    void shouldKeepFoldersFromBeingWritten() {
        Path kept = Folders.make(base.resolve("kept"), "root", "rwxrwxrwx");
        Path free = Folders.make(base.resolve("free"), "root", "rwxrwxrwx");
        Path deeper = Folders.make(kept.resolve("deeper"), "root", "rwxrwxrwx");
        try (Jail.Mount below = Jail.mountTmpfs(deeper);
                Httpd httpd = httpd().host("site", site("read-only=" + kept + ":/etc", apps))
                        .start()) {
            assertKept(httpd);

            assertThat(ask(httpd, "create=" + kept + "/x").body()).contains("Read-only file system");
            assertThat(ask(httpd, "create=" + below.at() + "/x").body()).contains("Read-only file system");
            assertThat(ask(httpd, "create=" + free + "/x").body()).isEqualTo(free + "/x");
            assertThat(ask(httpd, "create=/tmp/" + name("x-")).body()).doesNotContain("Read-only");
            assertThat(Files.isWritable(kept)).isTrue();
        } finally {
            Path.of("/tmp/" + name("x-")).toFile().delete();
        }
    }

    /**
     * A user who owns a folder on the way puts a link there: to somebody else's, which would be
     * mounted over his own.
     */
    @Test
    void shouldFollowNoLinkToWhatIsReadOnly() throws IOException {
        Path own = Folders.make(base.resolve("own"), Users.first(), "rwxr-xr-x");
        Path site = Folders.make(own.resolve("site"), Users.first(), "rwxr-xr-x");
        Path secret = Folders.make(base.resolve("secret"), "root", "rwx------");
        Folders.write(secret.resolve("file"), "");
        try (Httpd httpd = httpd().host("site", site("read-only=" + site, apps)).start()) {
            httpd.awaitReady("site", 1);
            assertThat(ask(httpd, "create=" + site + "/x").body()).contains("Read-only file system");

            httpd.expect("MJ010[145]|MJ0112|MJ0008|read-only=");
            Files.move(site, own.resolve("moved"));
            Files.createSymbolicLink(site, secret);
            httpd.rewriteHost("site", site("env=A=2 read-only=" + site, apps));
            httpd.graceful();

            assertThat(httpd.log("site").await("read-only=" + site + ": "))
                    .contains("its path contains a symbolic link", "name the folder itself");
        }
    }

    @Test
    void shouldSayAtRunTimeWhichHomeIsMissing() {
        Path home = base.resolve("not-mounted-yet");
        try (Httpd httpd = httpd().host("site", site("home=" + home, apps))
                .host("other", "JVMDaemonProcess other ${AS2}\nJVMAlias / " + apps + "/Hello.java")
                .write()) {
            assertRefused(httpd, "home=" + home + ": No such file");

            httpd.expect("MJ0008|MJ0032|MJ010[145]|home=");
            httpd.start();
            assertThat(httpd.log("site").await("ended.*home=")).contains("home=" + home, "make it, or name another");
            Http.await(httpd.uri("other", "/"), 200);
            Folders.make(home);
            Http.await(httpd.uri("site", "/?pid"), 200);
        }
    }

    @Test
    void shouldShutDaemonsIn() {
        Path root = jail().root();
        web(root.resolve("srv/shop.war"));
        String site = site("chroot=" + root, Path.of("/srv")) + "\nJVMAlias /shop /srv/shop.war";
        try (Httpd httpd = httpd().host("site", site).start()) {
            httpd.expect("exploded in|took .* milliseconds");
            assertKept(httpd);
            assertServesTheWebApplication(httpd);

            assertThat(ask(httpd, "read=/marker").body()).isEqualTo("inside\n");
            assertThat(ask(httpd, "read=" + httpd.dir() + "/httpd.conf").body()).contains("NoSuchFileException");
            assertThat(ask(httpd, "create=/work/made").body()).isEqualTo("/work/made");
            assertThat(root.resolve("work/made")).exists();
            assertThat(httpd.daemons("site").get(0).workingFolder()).isEqualTo(root.toString());
        }
    }

    @Test
    void shouldShutThemInWhereTheyCanWriteNothing() {
        Path root = jail().root();
        try (Httpd httpd = httpd().host(
                        "site",
                        site("chroot=" + root + " private-tmp=on read-only=/ home=/work env=A=1", Path.of("/srv")))
                .start()) {
            assertKept(httpd);

            assertThat(ask(httpd, "read=/marker").body()).isEqualTo("inside\n");
            assertThat(ask(httpd, "create=/work/not-made").body()).contains("Read-only file system");
            assertThat(ask(httpd, "create=/tmp/made").body()).isEqualTo("/tmp/made");
            assertThat(root.resolve("tmp/made")).doesNotExist();
            assertThat(ask(httpd, "variable=HOME").body()).isEqualTo("/work");
        }
    }

    private static void assertRefused(Httpd httpd, String... messages) {
        Command test = httpd.configtest();
        assertThat(test.exitCode()).as(test.output()).isNotZero();
        assertThat(test.output()).contains("JVMDaemonProcess site: ").contains(messages);
    }

    @Test
    void shouldSayWhatARootDirectoryLacks() {
        Path empty = Folders.make(base.resolve("empty"));
        try (Httpd httpd =
                httpd().host("site", site("chroot=" + empty, Path.of("/srv"))).write()) {
            assertRefused(httpd, "chroot=" + empty + ": the launcher", "mount --bind");
            httpd.rewriteHost("site", site("chroot=" + empty + "/missing", Path.of("/srv")));
            assertRefused(httpd, "chroot=" + empty + "/missing: No such file");
        }
    }

    @Test
    void shouldSayWhatAPrivateTmpHides() {
        // this one's applications, and by default the prefix, lie below a folder that the tests may
        // have anywhere
        Path target = Path.of("/tmp/apps/Facts.java");
        try (Httpd httpd = httpd().host("site", site("private-tmp=on", apps) + "\nJVMAlias /x " + target)
                .write()) {
            Command test = httpd.configtest();
            assertThat(test.exitCode()).isNotZero();
            assertThat(test.output()).contains("JVMAlias /x: private-tmp=on: the target, " + target, "move it");
            httpd.rewriteHost("site", site("private-tmp=on home=/tmp", apps));
            assertRefused(httpd, "private-tmp=on: home, /tmp,", "move it");
            httpd.rewriteHost("site", site("read-only=/etc:/nowhere", apps));
            assertRefused(httpd, "read-only=/nowhere: No such file");
        }
    }
}

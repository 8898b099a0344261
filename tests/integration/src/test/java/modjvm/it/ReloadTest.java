package modjvm.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import modjvm.it.harness.Await;
import modjvm.it.harness.Clients;
import modjvm.it.harness.Command;
import modjvm.it.harness.Folders;
import modjvm.it.harness.Http;
import modjvm.it.harness.Httpd;
import modjvm.it.harness.Jdk;
import modjvm.it.harness.Prefix;
import modjvm.it.harness.Proc;
import modjvm.it.harness.RawClient;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/** A pool takes up what has changed, and nobody who uses it notices. */
@Order(1)
class ReloadTest {
    private static final int RELOADS = 12;
    private static final int PAUSE_MS = 10;
    private static final int PIECES = 16;
    private static final int PIECE = 4096;

    private static Path source(Httpd httpd) {
        return httpd.apps().resolve("Site.java");
    }

    private static void writeVersion(Httpd httpd, String version) {
        try {
            String text = Files.readString(source(httpd));
            Folders.write(source(httpd), text.replaceFirst("VERSION = .*;", "VERSION = \"" + version + "\";"));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static String version(Httpd httpd) {
        return Http.get(httpd.uri("site", "/?version")).body();
    }

    private static void awaitVersion(Httpd httpd, String version) {
        Await.until("version " + version, Await.LONG, () -> version(httpd).equals(version));
    }

    /** A request, and a pause that leaves the machine to the JVMs that start. */
    private static String get(int port, String target) throws Exception {
        RawClient.Reply reply = RawClient.get(port, target);
        Thread.sleep(PAUSE_MS);
        return reply.status() == 200 ? Clients.WELL : Integer.toString(reply.status());
    }

    /** An upload that takes its time: a piece, a look that it has gone, the next. */
    private static String upload(int port) throws Exception {
        try (RawClient client = new RawClient(port)) {
            client.send("POST /?upload HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: "
                    + PIECES * PIECE + "\r\n\r\n");
            OutputStream out = client.output();
            for (int i = 0; i < PIECES; i++) {
                out.write(new byte[PIECE]);
                Thread.sleep(10);
            }
            RawClient.Reply reply = client.receive();
            boolean isWhole = reply.status() == 200 && reply.text().equals(Integer.toString(PIECES * PIECE));
            return isWhole ? Clients.WELL : reply.status() + " " + reply.text();
        }
    }

    /** A conversation of some messages, closed in order. */
    private static String talk(HttpClient http, int port) throws Exception {
        BlockingQueue<String> events = new LinkedBlockingQueue<>();
        WebSocket socket = http.newWebSocketBuilder()
                .buildAsync(URI.create("ws://127.0.0.1:" + port + "/?echo"), new WebSocket.Listener() {
                    @Override
                    public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
                        events.add(data.toString());
                        from.request(1);
                        return null;
                    }

                    @Override
                    public CompletionStage<?> onClose(WebSocket from, int code, String reason) {
                        events.add("close " + code);
                        return null;
                    }

                    @Override
                    public void onError(WebSocket from, Throwable error) {
                        events.add("error " + error);
                    }
                })
                .get(60, TimeUnit.SECONDS);
        for (int i = 0; i < 10; i++) {
            socket.sendText("message " + i, true).get(60, TimeUnit.SECONDS);
            String answer = events.poll(60, TimeUnit.SECONDS);
            if (!("message " + i).equals(answer)) {
                return i + ": " + answer;
            }
            Thread.sleep(20);
        }
        socket.sendClose(1000, "").get(60, TimeUnit.SECONDS);
        String end = events.poll(60, TimeUnit.SECONDS);
        return "close 1000".equals(end) ? Clients.WELL : "at the end: " + end;
    }

    private static List<String> failures(Map<String, Integer> outcomes) {
        List<String> failures = new ArrayList<>();
        outcomes.forEach((outcome, count) -> {
            if (!outcome.endsWith(": " + Clients.WELL)) {
                failures.add(outcome + " (" + count + ")");
            }
        });
        return failures;
    }

    /** By a changed source, a touched marker, and changed settings, in turn. */
    private static void reload(Httpd httpd, String site, int number) throws IOException {
        switch (number % 3) {
            case 0 -> writeVersion(httpd, "v" + number);
            case 1 -> Folders.write(httpd.work().resolve("marker"), "" + number);
            default -> {
                httpd.rewriteHost("site", site.replace("env=N=0", "env=N=" + number));
                httpd.graceful();
            }
        }
        Await.until(
                "reload " + number,
                Await.LONG,
                () -> httpd.log("site")
                                .lines("pool site: generation \\d+ has taken over")
                                .size()
                        >= number);
        if (number % 3 == 0) {
            assertThat(version(httpd)).isEqualTo("v" + number);
        }
    }

    @Test
    void shouldFailNoRequestInTwelveReloads() throws Exception {
        String site = """
                JVMDaemonProcess site ${AS1} processes=2 threads=20 heap=64m reload-marker=${WORK}/marker env=N=0
                JVMAlias / ${APPS}/Site.java
                """;
        try (Httpd httpd = Httpd.with().ownApplications().host("site", site).start();
                Clients clients = new Clients()) {
            int port = httpd.port("site");
            HttpClient http = HttpClient.newHttpClient();
            httpd.awaitReady("site", 2);
            clients.start(3, "short", () -> get(port, "/?version"))
                    .start(1, "stream", () -> get(port, "/?stream"))
                    .start(2, "long", () -> get(port, "/?hold=700"))
                    .start(2, "upload", () -> upload(port))
                    .start(2, "talk", () -> talk(http, port));
            for (int i = 1; i <= RELOADS; i++) {
                reload(httpd, site, i);
            }
            Map<String, Integer> outcomes = clients.stop();

            assertThat(failures(outcomes)).as("of %s", outcomes).isEmpty();
            for (String kind : List.of("short", "stream", "long", "upload", "talk")) {
                assertThat(clients.well(kind)).as(kind).isGreaterThan(RELOADS / 2);
            }
            assertThat(httpd.log("site").lines("graceful-timeout|shutdown-timeout"))
                    .isEmpty();
            httpd.awaitReady("site", 2);
        }
    }

    @Test
    void shouldKeepTheOldWhereTheNewDoesNotCompile() {
        try (Httpd httpd = Httpd.with().ownApplications().host("site", """
                JVMDaemonProcess site ${AS1}
                JVMAlias / ${APPS}/Site.java
                JVMAlias /other ${APPS}/Hello.java
                """).start()) {
            httpd.expect("Site.java:\\d+|MJ0112|MJ0117");
            awaitVersion(httpd, "1");
            List<Proc> before = httpd.daemons("site");

            writeVersion(httpd, "\" + nonsense + \"");
            httpd.log("site").await("MJ0117: pool site: .*Site.java worked before and now fails to load");
            httpd.log("site").await("MJ0112");

            assertThat(version(httpd)).isEqualTo("1");
            Await.until(
                    "only the old one is left",
                    Await.LONG,
                    () -> httpd.daemons("site").equals(before));
            writeVersion(httpd, "2");
            awaitVersion(httpd, "2");
        }
    }

    @Test
    void shouldLeaveTargetsAloneWhereReloadIsOff() {
        try (Httpd httpd = Httpd.with().ownApplications().host("site", """
                JVMDaemonProcess site ${AS1} reload-marker=${WORK}/marker
                JVMReload Off
                JVMAlias / ${APPS}/Site.java
                """).start()) {
            awaitVersion(httpd, "1");
            writeVersion(httpd, "2");
            Folders.write(httpd.work().resolve("marker"), "");
            httpd.log("site").await("pool site rolls: .*/marker has changed");
            awaitVersion(httpd, "2");
            assertThat(httpd.log("site").lines("Site.java has changed")).isEmpty();
        }
    }

    /** Something like a JDK: the files of a real one, but a `release` of its own. */
    private static Path likeJdk(Path folder) {
        Path real = Jdk.current().home();
        Folders.make(folder);
        Command.succeed("cp", "-rs", real + "/.", folder.toString());
        Command.succeed("cp", "--remove-destination", real + "/release", folder.toString());
        return folder;
    }

    @Test
    void shouldRollWhenTheJdkIsReplaced() throws Exception {
        try (Httpd httpd = Httpd.with().ownApplications().host("site", """
                JVMDaemonProcess site ${AS1} java-home=${APPS}/jdk
                JVMReload Off
                JVMAlias / ${APPS}/Site.java
                """).write()) {
            Path link = httpd.apps().resolve("jdk");
            Files.createSymbolicLink(link, likeJdk(httpd.apps().resolve("jdk-a")));
            Path other = likeJdk(httpd.apps().resolve("jdk-b"));
            httpd.start();
            awaitVersion(httpd, "1");

            Path next = Files.createSymbolicLink(httpd.apps().resolve("jdk-next"), other);
            Files.move(next, link, StandardCopyOption.ATOMIC_MOVE);
            httpd.log("site").await("pool site rolls: .*/jdk/release has changed");
            httpd.log("site").await("pool site: generation 2 has taken over");

            Command.succeed("sh", "-c", "cp $0/release $0/new && mv $0/new $0/release", other.toString());
            httpd.log("site").await("pool site: generation 3 has taken over");
            assertThat(version(httpd)).isEqualTo("1");
        }
    }

    @Test
    void shouldRollWhenModJvmIsUpgraded() throws Exception {
        Path prefix = Folders.temporary();
        Command.succeed("cp", "-a", Prefix.root() + "/.", prefix.toString());
        try (Httpd httpd = Httpd.with()
                .ownApplications()
                .jvmModule(prefix.resolve(Prefix.root().relativize(Prefix.module())))
                .host("site", """
                        JVMDaemonProcess site ${AS1}
                        JVMAlias / ${APPS}/Site.java
                        """)
                .start()) {
            awaitVersion(httpd, "1");
            List<String> files = List.of("share/mod_jvm/modjvm-host.jar", "libexec/mod_jvm/jvm-daemon");
            for (int i = 0; i < files.size(); i++) {
                Path path = prefix.resolve(files.get(i));
                Command.succeed("sh", "-c", "cp -p $0 $0.new && mv $0.new $0", path.toString());
                httpd.log("site").await("pool site rolls: " + path + " has changed");
                httpd.log("site").await("pool site: generation " + (i + 2) + " has taken over");
            }
            assertThat(version(httpd)).isEqualTo("1");
        } finally {
            Folders.remove(prefix);
        }
    }

    @Test
    void shouldStopTheOldFirstWhereMemoryIsShort() {
        try (Httpd httpd = Httpd.with().ownApplications().host("site", """
                JVMDaemonProcess site ${AS1} restart-order=stop-first
                JVMAlias / ${APPS}/Site.java
                """).start();
                Clients clients = new Clients()) {
            int port = httpd.port("site");
            awaitVersion(httpd, "1");
            Proc old = httpd.awaitReady("site", 1).get(0);
            clients.start(2, "short", () -> {
                String outcome = get(port, "/?version");
                return httpd.daemons("site").size() > 1 ? "two daemons at once" : outcome;
            });
            writeVersion(httpd, "2");
            awaitVersion(httpd, "2");

            assertThat(failures(clients.stop())).isEmpty(); // they waited
            assertThat(old.isAlive()).isFalse();
        }
    }

    @Test
    void shouldSayWhatHelpsWhereTwoProcessesCannotRunAtOnce() {
        String site = """
                JVMDaemonProcess site ${AS1} restart-order=%s env=LOCK=${WORK}/lock
                JVMAlias / ${APPS}/Exclusive.java
                """;
        try (Httpd httpd = Httpd.with()
                .ownApplications()
                .host("site", site.formatted("start-first"))
                .start()) {
            httpd.expect("Exclusive.java|lock is locked|MJ0112|MJ0117");
            String first = Http.await(httpd.uri("site", "/"), 200).body();

            touch(httpd);
            httpd.log("site")
                    .await("MJ0117: pool site: .*Exclusive.java worked before and now fails to load: .*is locked");
            httpd.log("site")
                    .await("MJ0112: .*with restart-order=stop-first the old one ends before the new one starts");
            assertThat(Http.get(httpd.uri("site", "/")).body()).isEqualTo(first);

            httpd.rewriteHost("site", site.formatted("stop-first"));
            httpd.graceful();
            Await.until(
                    "another process",
                    Await.LONG,
                    () -> !Http.get(httpd.uri("site", "/")).body().equals(first));
        }
    }

    private static void touch(Httpd httpd) {
        Path source = httpd.apps().resolve("Exclusive.java");
        try {
            Folders.write(source, Files.readString(source) + "// touched\n");
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void shouldGiveNewDefinitionsToNewProcessesAlone() {
        String site = """
                JVMDaemonProcess site ${AS1} env=A=%s
                JVMAlias /hello ${APPS}/Env.java param.x=%s
                JVMAlias /same ${APPS}/Site.java
                """;
        try (Httpd httpd = Httpd.with()
                        .ownApplications()
                        .host("site", site.formatted(1, 1))
                        .start();
                Clients clients = new Clients()) {
            int port = httpd.port("site");
            Http.await(httpd.uri("site", "/hello"), 200);
            httpd.awaitReady("site", 1);
            clients.start(2, "changed", () -> get(port, "/hello")).start(2, "same", () -> get(port, "/same?version"));
            for (int i = 2; i <= 4; i++) {
                String next = site.formatted(i, i) + (i == 4 ? "JVMAlias /new ${APPS}/Hello.java\n" : "");
                httpd.rewriteHost("site", next);
                httpd.graceful();
                if (i == 4) {
                    assertThat(Http.get(httpd.uri("site", "/new")).statusCode()).isEqualTo(200);
                }
                String wanted = "" + i;
                Await.until(
                        "configuration " + i,
                        Await.LONG,
                        () -> Http.get(httpd.uri("site", "/hello")).body().equals(wanted));
            }
            assertThat(failures(clients.stop())).isEmpty();
            assertThat(Http.get(httpd.uri("site", "/nowhere")).statusCode()).isEqualTo(404);
        }
    }
}

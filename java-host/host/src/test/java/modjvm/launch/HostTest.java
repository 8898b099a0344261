package modjvm.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import modjvm.protocol.Frame;
import modjvm.protocol.HttpdCodec;
import modjvm.record.Record;
import modjvm.wire.Httpd;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class HostTest {
    private static final long DEADLINE_SECONDS = 60;
    /** Longer than any test. */
    private static final Duration GRACE = Duration.ofSeconds(2 * DEADLINE_SECONDS);

    private static final String HELLO =
            "class Hello { static Application application = r -> Response.text(\"hello \" + r.pathInfo()); }";

    @TempDir
    Path folder;

    private final ByteArrayOutputStream written = new ByteArrayOutputStream();
    private Path socket;
    private FakeDaemon daemon;
    private Thread main;

    @BeforeEach
    void chooseSocket() {
        socket = folder.resolve("s");
    }

    @AfterEach
    void end() throws Exception {
        if (main != null) {
            daemon.command(ProcessEnd.GONE);
            main.join(TimeUnit.SECONDS.toMillis(DEADLINE_SECONDS));
            assertThat(main.isAlive()).isFalse();
        }
    }

    @Test
    void shouldServeWhatItsSettingsName() throws Exception {
        Path target = source("Hello.java", HELLO);
        start(settings().add("application", definition(target)).bytes());

        assertThat(event()).isEqualTo("ready");
        try (Httpd httpd = new Httpd(socket)) {
            assertThat(httpd.exchange(get(target)).text()).isEqualTo("hello /x");
        }
    }

    @Test
    void shouldAnswerTheSupervisorsQuestion() throws Exception {
        start(settings().bytes());
        assertThat(event()).isEqualTo("ready");
        daemon.command(ProcessEnd.ASK);
        assertThat(event()).isEqualTo("present");
        daemon.command(ProcessEnd.ASK);
        assertThat(event()).isEqualTo("present");
    }

    @Test
    void shouldBeReadyThoughAnApplicationFails() throws Exception {
        Path bad = source("Bad.java", "class Bad {");
        Path good = source("Good.java", HELLO);
        start(settings()
                .add("application", definition(bad))
                .add("application", definition(good))
                .bytes());

        assertThat(event()).isEqualTo("ready " + DefinitionHashes.of(List.of(definition(bad))));
        assertThat(logged()).contains(bad + ":1: reached end of file while parsing");
        assertThat(daemon.supervisor.mounts).containsExactly("failed " + bad + ":1: reached end of file while parsing");
        try (Httpd httpd = new Httpd(socket)) {
            Httpd.Answer answer = httpd.exchange(get(bad));
            assertThat(answer.status()).isEqualTo(500);
            assertThat(answer.message()).contains(bad + ":1: ");
            assertThat(httpd.exchange(get(good)).text()).isEqualTo("hello /x");
            source("Bad.java", HELLO);
            assertThat(httpd.exchange(get(bad)).text()).isEqualTo("hello /x");
            assertThat(httpd.exchange(get(folder.resolve("Missing.java"))).status())
                    .isEqualTo(404);
        }
    }

    @Test
    void shouldGiveApplicationsTheClassPath() throws Exception {
        Path library = Files.createDirectories(folder.resolve("lib"));
        Files.writeString(library.resolve("greeting.txt"), "from the class path");
        Path target = source(
                "Reads.java",
                "class Reads { static Response application(Request r) throws Exception { return Response.bytes("
                        + "Reads.class.getResourceAsStream(\"/greeting.txt\").readAllBytes(), \"text/plain\"); } }");
        start(settings()
                .add("class-path", "/no/such/lib.jar:" + library)
                .add("application", definition(target))
                .bytes());

        assertThat(event()).isEqualTo("ready");
        assertThat(logged()).contains("class-path: /no/such/lib.jar cannot be read");
        try (Httpd httpd = new Httpd(socket)) {
            assertThat(httpd.exchange(get(target)).text()).isEqualTo("from the class path");
        }
    }

    @Test
    void shouldBeWarmBeforeItIsReady() throws Exception {
        Path warm = folder.resolve("warm");
        Path target = source(
                "Warm.java",
                "class Warm { static Response application(Request r) throws Exception { Files.writeString(Path.of(\""
                        + warm + "\"), r.scriptName() + r.pathInfo()); return Response.status(204); } }");
        byte[] warmUp = new Record.Builder()
                .add("definition", definition(target))
                .add("script-name", "/shop")
                .add("path-info", "/hot")
                .bytes();
        start(settings()
                .add("application", definition(target))
                .add("warm-up", warmUp)
                .bytes());

        assertThat(event()).isEqualTo("ready");
        assertThat(warm).hasContent("/shop/hot");
    }

    @Test
    void shouldReportWhatItsSettingsSay() throws Exception {
        Path target = source("Hello.java", HELLO);
        Path marker = folder.resolve("marker");
        start(settings()
                .add("application", definition(target))
                .add("deadlock-timeout", "60000")
                .add("maximum-requests", "1")
                .add("idle-timeout", "1")
                .add("reload-marker", marker.toString())
                .bytes());
        assertThat(event()).isEqualTo("ready");
        Files.createFile(marker);
        try (Httpd httpd = new Httpd(socket)) {
            assertThat(httpd.exchange(get(target)).text()).isEqualTo("hello /x");
        }

        List<String> events =
                new ArrayList<>(List.of("replace maximum-requests: 1 requests", "changed " + marker, "idle"));
        for (String event = event(); !event.equals("nothing") && !events.isEmpty(); event = event()) {
            events.remove(event);
        }
        assertThat(events).isEmpty();
        assertThat(daemon.supervisor.beats).hasPositiveValue();
    }

    @Test
    void shouldSayWhichOptionItCannotStartWith() throws Exception {
        assumeThat(Runtime.version().feature())
                .as("a Java without virtual threads")
                .isLessThan(21);
        FakeDaemon old = new FakeDaemon(settings().add("virtual-threads", "on").bytes(), socket);
        new Host(old, old.supervisor, old, stream(), GRACE).run();

        assertThat(old.events.poll()).startsWith("failed virtual-threads=on: Java 21 or later is needed");
        assertThat(old.events.poll()).isEqualTo("exit 1");
    }

    @Test
    void shouldEndOnceDrained() throws Exception {
        Path here = folder.resolve("here");
        Path go = folder.resolve("go");
        Path target = source("Waits.java", waiting(here, go, "public void close() { }"));
        start(settings().add("application", definition(target)).bytes());
        assertThat(event()).isEqualTo("ready");

        try (Httpd inFlight = new Httpd(socket)) {
            inFlight.send(get(target));
            await(here);
            daemon.command(ProcessEnd.DRAIN);
            awaitDraining();
            assertThat(daemon.events).isEmpty();
            Files.createFile(go);
            assertThat(inFlight.answer().text()).isEqualTo("waited");
            assertThat(event()).isEqualTo("exit 0");
        }
        main.join(TimeUnit.SECONDS.toMillis(DEADLINE_SECONDS));
    }

    @Test
    void shouldIgnoreCommandsThatItDoesNotKnow() throws Exception {
        start(settings().bytes());
        assertThat(event()).isEqualTo("ready");

        daemon.command('?');
        daemon.command(ProcessEnd.DRAIN);
        assertThat(event()).isEqualTo("exit 0");
    }

    @Test
    void shouldEndAtOnceWhenTheSupervisorIsGone() throws Exception {
        start(settings().bytes());
        assertThat(event()).isEqualTo("ready");

        daemon.command(ProcessEnd.GONE);
        assertThat(event()).isEqualTo("halt 1");
    }

    @Test
    void shouldObeyWhileItStarts() throws Exception {
        Path here = folder.resolve("here");
        Path go = folder.resolve("go");
        Path target = source(
                "Slow.java",
                "class Slow { static Application application(Config c) throws Exception {" + waitFor(here, go)
                        + " return r -> null; } }");
        start(settings().add("application", definition(target)).bytes());
        await(here);

        daemon.command(ProcessEnd.GONE);
        assertThat(event()).isEqualTo("halt 1");
        Files.createFile(go);
    }

    @Test
    void shouldCloseApplicationsAfterTheRequestsInFlight() throws Exception {
        Path here = folder.resolve("here");
        Path go = folder.resolve("go");
        Path closed = folder.resolve("closed");
        Path target = source(
                "Waits.java",
                waiting(
                        here,
                        go,
                        "public void close() throws Exception { Files.createFile(Path.of(\"" + closed + "\")); }"));
        start(settings()
                .add("shutdown-timeout", "600000")
                .add("application", definition(target))
                .bytes());
        assertThat(event()).isEqualTo("ready");

        try (Httpd httpd = new Httpd(socket)) {
            httpd.send(get(target));
            await(here);
            Thread hook = new Thread(daemon.atExit.get(0));
            hook.start();
            awaitDraining();
            assertThat(closed).doesNotExist();
            Files.createFile(go);
            assertThat(httpd.answer().text()).isEqualTo("waited");
            hook.join(TimeUnit.SECONDS.toMillis(DEADLINE_SECONDS));
            assertThat(closed).exists();
        }
    }

    @Test
    void shouldTellWhyItCannotStart() throws Exception {
        FakeDaemon without = new FakeDaemon(settings().bytes(), folder.resolve("no/such/folder/s"));
        new Host(without, without.supervisor, without, stream(), GRACE).run();

        assertThat(without.events.poll()).startsWith("failed java.net.SocketException");
        assertThat(without.events.poll()).isEqualTo("exit 1");
        assertThat(without.events).isEmpty();
    }

    @Test
    void shouldTellOfMalformedSettings() throws Exception {
        FakeDaemon malformed = new FakeDaemon(new byte[] {1}, socket);
        new Host(malformed, malformed.supervisor, malformed, stream(), GRACE).run();

        assertThat(malformed.events.poll()).startsWith("failed modjvm.record.RecordException: ");
        assertThat(malformed.events.poll()).isEqualTo("exit 1");
    }

    @Test
    void shouldNotStartWithAnErrorOfTheVirtualMachine() throws Exception {
        Path target = source(
                "Big.java",
                "class Big { static Application application(Config c) { throw new InternalError(\"vm\"); } }");
        FakeDaemon broken =
                new FakeDaemon(settings().add("application", definition(target)).bytes(), socket);
        new Host(broken, broken.supervisor, broken, stream(), GRACE).run();

        assertThat(broken.events.poll()).isEqualTo("failed java.lang.InternalError: vm");
        assertThat(broken.events.poll()).isEqualTo("exit 1");
    }

    @Test
    void shouldEndAfterAnErrorOfTheVirtualMachine() throws Exception {
        Path target = source(
                "Big.java",
                "class Big { static Response application(Request r) { throw new InternalError(\"vm\"); } }");
        start(settings().add("application", definition(target)).bytes());
        assertThat(event()).isEqualTo("ready");

        try (Httpd httpd = new Httpd(socket)) {
            httpd.send(get(target));
            assertThat(event()).startsWith("failed an error of the virtual machine");
            assertThat(event()).isEqualTo("halt 1");
        }
    }

    private void start(byte[] settings) {
        daemon = new FakeDaemon(settings, socket);
        Host host = new Host(daemon, daemon.supervisor, daemon, stream(), GRACE);
        main = new Thread("host") {
            @Override
            public void run() {
                try {
                    host.run();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }
        };
        main.start();
    }

    private String event() throws InterruptedException {
        String event = daemon.events.poll(DEADLINE_SECONDS, TimeUnit.SECONDS);
        return event == null ? "nothing" : event;
    }

    private PrintStream stream() {
        return new PrintStream(written, true, StandardCharsets.UTF_8);
    }

    private String logged() {
        return written.toString(StandardCharsets.UTF_8);
    }

    private Path source(String name, String text) throws Exception {
        return Files.writeString(folder.resolve(name), "import java.nio.file.*; import modjvm.*; " + text);
    }

    private static Record.Builder settings() {
        return new Record.Builder().add("name", "shop").add("threads", "2").add("key", HttpdCodec.KEY);
    }

    private static byte[] definition(Path target) {
        return new Record.Builder()
                .add("target", target.toString())
                .add("entry-point", "application")
                .add("group", "")
                .bytes();
    }

    private static HttpdCodec.RequestBuilder get(Path target) {
        return new HttpdCodec.RequestBuilder()
                .with("path-info", "/x")
                .withDefinition("target", target.toString())
                .withDefinition("entry-point", "application")
                .withDefinition("group", "");
    }

    private static String waitFor(Path here, Path go) {
        return " Files.createFile(Path.of(\"" + here + "\")); while (!Files.exists(Path.of(\"" + go + "\")))"
                + " { Thread.sleep(1); }";
    }

    private static String waiting(Path here, Path go, String members) {
        return "class Waits implements AutoCloseable { Response application(Request r) throws Exception {"
                + waitFor(here, go) + " return Response.text(\"waited\"); } " + members + " }";
    }

    private static void await(Path file) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(DEADLINE_SECONDS);
        while (!Files.exists(file)) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    /** Until requests are refused; each attempt is answered, refused, or closed unread. */
    private void awaitDraining() throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(DEADLINE_SECONDS);
        boolean isDraining = false;
        while (!isDraining) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            try (Httpd httpd = new Httpd(socket)) {
                Frame head = httpd.exchange(get(folder.resolve("Missing.java"))).head();
                isDraining = head instanceof Frame.Refused;
            } catch (IOException e) {
                isDraining = true;
            }
        }
    }
}

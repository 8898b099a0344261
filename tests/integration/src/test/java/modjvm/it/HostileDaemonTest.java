package modjvm.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import modjvm.it.harness.Await;
import modjvm.it.harness.Build;
import modjvm.it.harness.Command;
import modjvm.it.harness.Folders;
import modjvm.it.harness.Http;
import modjvm.it.harness.Httpd;
import modjvm.it.harness.Load;
import modjvm.it.harness.Prefix;
import modjvm.it.harness.Proc;
import modjvm.it.harness.RawClient;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A daemon that breaks the protocol in every way that there is (native/test/hostile_daemon.c): its
 * client is told so, its log names it, and nothing else notices. httpd keeps its children, their
 * memory and their descriptors, and another virtual host serves as before.
 */
@Order(1)
@RequiresRoot
class HostileDaemonTest {
    /** For everything that is not said to wait for a timeout. */
    private static final Duration SOON = Duration.ofSeconds(15);

    private static final String BREACH = "pool %s pid \\d+: the daemon breaks the protocol: %s; 502";
    private static final Pattern TOKEN = Pattern.compile("token-\\d+-");
    private static final AtomicInteger TOKENS = new AtomicInteger();
    private static final long MEMORY_KB = 64 << 10;

    private static Path prefix;
    private static Httpd httpd;
    private static List<Proc> children;
    private static Load bystanders;
    private static final Map<Proc, Long> memory = new TreeMap<>(java.util.Comparator.comparingInt(Proc::pid));
    private static final Map<Proc, Map<String, Integer>> descriptors =
            new TreeMap<>(java.util.Comparator.comparingInt(Proc::pid));

    @BeforeAll
    static void start() {
        prefix = Folders.temporary();
        Command.succeed("cp", "-R", Prefix.root() + "/.", prefix.toString());
        Path launcher = prefix.resolve(Prefix.root().relativize(Prefix.launcher()));
        Command.succeed("mv", launcher.toString(), launcher + ".real");
        Command.succeed("install", "-m", "755", Build.program("hostile_daemon").toString(), launcher.toString());
        httpd = Httpd.with()
                .jvmModule(prefix.resolve(Prefix.root().relativize(Prefix.module())))
                .main("KeepAlive Off")
                // else httpd ends a child that it has too many of
                .limits(
                        "StartServers 2\nServerLimit 2\nThreadsPerChild 64\nMaxRequestWorkers 128\nMaxSpareThreads 128\n")
                .host("hostile", """
                        JVMDaemonProcess hostile ${AS1} request-timeout=3 queue-timeout=3 env=HOSTILE=acts "env=WORK=${WORK}"
                        JVMAlias / ${APPS}/Hello.java
                        JVMAlias /sendfile ${APPS}/Hello.java
                        <Location /sendfile>
                            EnableSendfile On
                        </Location>
                        """)
                .host("patient", """
                        JVMDaemonProcess patient ${AS1} env=HOSTILE=acts "env=WORK=${WORK}"
                        JVMAlias / ${APPS}/Hello.java
                        """)
                .host("deaf", """
                        JVMDaemonProcess deaf ${AS1} request-timeout=1 queue-timeout=1 env=HOSTILE=deaf
                        JVMAlias / ${APPS}/Hello.java
                        """)
                .host("closed", """
                        JVMDaemonProcess closed ${AS1} request-timeout=1 queue-timeout=2 env=HOSTILE=closed
                        JVMAlias / ${APPS}/Hello.java
                        """)
                .host("refuser", """
                        JVMDaemonProcess refuser ${AS1} queue-timeout=2 env=HOSTILE=acts "env=WORK=${WORK}"
                        JVMAlias / ${APPS}/Hello.java
                        """)
                .host("leftover", """
                        JVMDaemonProcess leftover ${AS1} env=HOSTILE=acts "env=WORK=${WORK}"
                        JVMAlias / ${APPS}/Hello.java
                        """)
                .host("normal", "JVMDaemonProcess normal ${AS2}\nJVMAlias / ${APPS}/Hello.java")
                .start();
        // As Debian's /dev/fuse is; some machines keep theirs from users.
        Command.succeed("mknod", "-m", "666", httpd.work() + "/fuse", "c", "10", "229");
        httpd.expect("pool (hostile|patient|deaf|closed|refuser|leftover)");
        Http.await(httpd.uri("normal", "/x"), 200);
        Http.await(httpd.uri("hostile", "/good?x"), 200);
        Http.await(httpd.uri("patient", "/good?x"), 200);
        children = httpdChildren();
        assertThat(children).hasSize(2);
        for (Proc child : children) {
            descriptors.put(child, countDescriptors(child));
            memory.put(child, peakMemory(child));
        }
        bystanders = new Load(httpd.port("normal"), "/bystander", 1);
    }

    @AfterAll
    static void stop() {
        try {
            Map<String, Integer> outcomes = bystanders.stop();
            System.out.println("HostileDaemonTest: " + outcomes + " of bystanders; memory of httpd's children "
                    + memory.values() + " KB before, "
                    + children.stream().map(HostileDaemonTest::peakMemory).toList() + " KB at most");
            assertThat(outcomes).containsOnlyKeys("200");
        } finally {
            httpd.close();
            Folders.remove(prefix);
        }
    }

    @AfterEach
    void shouldHaveTroubledNobodyElse() {
        assertThat(httpdChildren()).containsExactlyInAnyOrderElementsOf(children);
        long before = System.nanoTime();
        assertThat(Http.get(httpd.uri("normal", "/x")).body()).isEqualTo("Hello, /x\n");
        assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Await.scaled(Duration.ofSeconds(5)));
        for (Proc child : children) {
            assertThat(peakMemory(child)).as("memory of child %s", child).isLessThan(memory.get(child) + MEMORY_KB);
            awaitDescriptors(child);
        }
        String forged = "^\\[forged\\]";
        assertThat(httpd.log("hostile").lines(forged)).isEmpty();
        assertThat(httpd.log("leftover").lines(forged)).isEmpty();
        assertThat(httpd.log().lines(forged)).isEmpty();
    }

    private static List<Proc> httpdChildren() {
        int parent = httpd.parent().pid();
        return httpd.processes().stream()
                .filter(p -> p.parent() == parent && p.program().endsWith("/apache2"))
                .toList();
    }

    private static long peakMemory(Proc child) {
        return Long.parseLong(child.status().getOrDefault("VmHWM", "0").split(" ")[0]);
    }

    /**
     * How many descriptors of each kind; connections to clients come and go, and are no matter
     * here.
     */
    private static Map<String, Integer> countDescriptors(Proc child) {
        Map<String, Integer> counts = new TreeMap<>();
        child.descriptors()
                .values()
                .forEach(target -> counts.merge(target.replaceAll("\\[\\d+]", ""), 1, Integer::sum));
        return counts;
    }

    /**
     * To each of the six pools, a child may keep a connection; the bystanders have theirs to httpd.
     */
    private static void awaitDescriptors(Proc child) {
        Map<String, Integer> before = new TreeMap<>(descriptors.get(child));
        int sockets = before.remove("socket:") + 8;
        try {
            Await.until("descriptors are closed", Await.LONG, () -> {
                Map<String, Integer> now = countDescriptors(child);
                return now.remove("socket:") <= sockets && now.equals(before);
            });
        } catch (AssertionError e) {
            throw new AssertionError(
                    "child " + child.pid() + " had " + descriptors.get(child) + ", and has " + countDescriptors(child),
                    e);
        }
    }

    /** What a client got. */
    private record Got(int status, String head, String text, boolean isWhole, List<Integer> interim) {}

    private static String newToken() {
        return "token-" + TOKENS.incrementAndGet() + "-";
    }

    private static Got ask(String host, String act, String token) throws IOException {
        return send(host, "GET /" + act + "?" + token + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    }

    private static Got send(String host, String request) throws IOException {
        try (RawClient client = new RawClient(httpd.port(host))) {
            client.send(request);
            return receive(client);
        }
    }

    private static Got receive(RawClient client) throws IOException {
        List<Integer> interim = new ArrayList<>();
        RawClient.Head head = client.receiveHead();
        while (head.status() < 200 && head.status() != 101) {
            interim.add(head.status());
            head = client.receiveHead();
        }
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        boolean isWhole = true;
        try (InputStream in = client.body(head)) {
            in.transferTo(body);
        } catch (EOFException | SocketException e) {
            isWhole = false;
        }
        return new Got(
                head.status(),
                String.join("\n", head.fields()),
                body.toString(StandardCharsets.ISO_8859_1),
                isWhole,
                interim);
    }

    /** Nothing but what the daemon sent for this very request. */
    private static void checkTokens(Got got, String token) {
        assertThat(TOKEN.matcher(got.head + got.text).results().map(r -> r.group()))
                .as("tokens of others")
                .allMatch(token::equals);
        assertThat(got.head + got.text).doesNotContain("stolen", "X-Injected", "[forged]");
    }

    private static int logSize(String host) {
        return httpd.log(host).text().length();
    }

    private static void awaitLog(String host, int from, String regex) {
        Pattern pattern = Pattern.compile(regex);
        Await.until(
                "a line with " + regex,
                SOON,
                () -> pattern.matcher(httpd.log(host).text().substring(from)).find());
    }

    private static void within(Duration limit, long since) {
        assertThat(Duration.ofNanos(System.nanoTime() - since)).isLessThan(Await.scaled(limit));
    }

    // ---- what the daemon may do, however odd: it is served

    @ParameterizedTest
    @ValueSource(
            strings = {
                "good",
                "split",
                "keep",
                "slow",
                "huge-head",
                "many-headers",
                "inform-64",
                "inform-upgrade",
                "log-flood",
                "log-flood-info",
                "log-crlf",
                "log-format",
                "trailers-good",
                "fd-good",
                "fd-unlinked",
                "fd-memfd",
                "fd-late",
                "fd-in-pieces",
                "fd-early",
                "sendfile/fd-good",
                "sendfile/fd-unlinked",
                "sendfile/fd-memfd",
                "lifecycle-garbage",
                "print-flood"
            })
    void shouldServeWhatIsRight(String act) throws IOException {
        String token = newToken();
        String host = act.contains("flood") || act.contains("garbage") ? "patient" : "hostile";

        Got got = ask(host, act, token);

        assertThat(got.status).isEqualTo(200);
        assertThat(got.isWhole).isTrue();
        assertThat(got.text).isEqualTo(token);
        assertThat(got.interim).hasSize(act.equals("inform-64") ? 64 : got.interim.size());
        checkTokens(got, token);
    }

    @Test
    void shouldServeAnUnknownStatusAndAPieceOfAFile() throws IOException {
        String token = newToken();
        assertThat(ask("hostile", "status-299", token))
                .returns(299, Got::status)
                .returns(token, Got::text);
        assertThat(ask("hostile", "fd-offset", token).text).isEqualTo(token.substring(1));
        assertThat(ask("hostile", "sendfile/fd-offset", token).text).isEqualTo(token.substring(1));
    }

    // ---- breaches before the response: 502

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            wrong-length | BAD_LENGTH
            short-length | BAD_LENGTH
            too-large | FRAME_TOO_LARGE
            all-ones | FRAME_TOO_LARGE
            unknown-frame | UNKNOWN_FRAME
            reserved-drain | UNKNOWN_FRAME
            reserved-cancel | UNKNOWN_FRAME
            frame-of-httpd | UNKNOWN_FRAME
            bad-flags | BAD_FLAGS
            file-and-body | BAD_FLAGS
            bad-serial | BAD_SERIAL
            serial-0 | BAD_SERIAL
            data-before-response | DATA before RESPONSE
            end-before-response | END before RESPONSE
            no-body | a length without a body
            length-huge | .*
            crlf-in-header | BAD_HEADER
            lf-in-header | BAD_HEADER
            nul-in-header | BAD_STRING
            lf-in-name | BAD_HEADER
            colon-in-name | BAD_HEADER
            name-empty | BAD_HEADER
            content-length | BAD_HEADER
            transfer-encoding | BAD_HEADER
            headers-65535 | BAD_LENGTH
            headers-100000 | FRAME_TOO_LARGE
            status-0 | BAD_STATUS
            status-100 | BAD_STATUS
            status-600 | BAD_STATUS
            status-999 | BAD_STATUS
            credit-without-body | a bad CREDIT
            inform-flood | more INFORM than MAX_INFORMS
            inform-100 | BAD_STATUS
            inform-101 | BAD_STATUS
            inform-200 | BAD_STATUS
            inform-crlf | BAD_HEADER
            log-level-2 | BAD_LEVEL
            log-level-9 | BAD_LEVEL
            log-nul | BAD_STRING
            log-too-large | FRAME_TOO_LARGE
            trailers-first | TRAILERS before RESPONSE
            upgraded | UPGRADED to what the client did not ask for
            no-welcome | no WELCOME
            welcome-twice | .*
            bad-magic | no WELCOME
            bad-version | no WELCOME
            welcome-serial | no WELCOME
            http-answer | .*
            refused-reason | .*
            failed-nul | BAD_STRING
            failed-200 | BAD_STATUS
            abort-first | ABORT before RESPONSE
            fd-none | BAD_DESCRIPTOR
            fd-folder | BAD_DESCRIPTOR
            fd-socket | BAD_DESCRIPTOR
            fd-own | BAD_DESCRIPTOR
            fd-listener | BAD_DESCRIPTOR
            fd-device | BAD_DESCRIPTOR
            fd-epoll | BAD_DESCRIPTOR
            fd-path | BAD_DESCRIPTOR
            fd-proc | BAD_DESCRIPTOR
            fd-pipe | BAD_DESCRIPTOR
            fd-write-only | BAD_DESCRIPTOR
            fd-short | BAD_DESCRIPTOR
            fd-direct | BAD_DESCRIPTOR
            fd-huge | BAD_DESCRIPTOR
            fd-fuse | BAD_DESCRIPTOR
            sendfile/fd-fuse | BAD_DESCRIPTOR
            fd-overlay | BAD_DESCRIPTOR
            fd-beyond | BAD_LENGTH
            fd-two | BAD_DESCRIPTOR
            fd-many | BAD_DESCRIPTOR
            fd-many-messages | BAD_DESCRIPTOR
            fd-flood | BAD_DESCRIPTOR
            """)
    void shouldAnswer502BeforeTheResponse(String act, String breach) throws IOException {
        checkBreach(act, breach, false);
    }

    // ---- breaches within the response: 502 where nothing has left, else the connection is broken
    // off

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            over-length | FRAME_TOO_LARGE
            data-empty | BAD_LENGTH
            two-responses | a second RESPONSE
            short-body | less DATA than the content length
            long-body | more DATA than the content length
            inform-after-response | INFORM after RESPONSE
            trailers-twice | a second TRAILERS
            data-after-trailers | DATA after TRAILERS
            trailers-crlf | BAD_HEADER
            upgraded-after-response | UPGRADED after RESPONSE
            refused-after-response | a bad REFUSED
            failed-after-response | FAILED after RESPONSE
            fd-many-unasked | BAD_DESCRIPTOR
            """)
    void shouldBreakOffWithinTheResponse(String act, String breach) throws IOException {
        checkBreach(act, breach, true);
    }

    private static void checkBreach(String act, String breach, boolean mayHaveBegun) throws IOException {
        String token = newToken();
        int log = logSize("hostile");
        long before = System.nanoTime();

        Got got = ask("hostile", act, token);

        within(SOON, before);
        checkTokens(got, token);
        if (!mayHaveBegun || got.isWhole) {
            assertThat(got.status).isEqualTo(502);
        }
        awaitLog("hostile", log, BREACH.formatted("hostile", breach + ".*"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            close-at-once | 502
            close-after-welcome | 502
            close-in-header | 502
            close-in-head | 502
            close-after-head | 0
            close-in-data | 0
            """)
    void shouldSayThatTheDaemonWasLost(String act, int status) throws IOException {
        String token = newToken();
        int log = logSize("hostile");

        Got got = ask("hostile", act, token);

        checkTokens(got, token);
        if (status != 0 || got.isWhole) {
            assertThat(got.status).isEqualTo(502);
        }
        awaitLog("hostile", log, "pool hostile pid \\d+: the daemon was lost while it handled the request");
    }

    /** Behind what was flushed. */
    @Test
    void shouldBreakOffWhatTheDaemonBreaksOff() throws IOException {
        String token = newToken();
        int log = logSize("hostile");

        Got got = ask("hostile", "abort-later", token);

        assertThat(got.status).isEqualTo(200);
        assertThat(got.text).isEqualTo(token);
        assertThat(got.isWhole).isFalse();
        awaitLog("hostile", log, "pool hostile pid \\d+: the response is broken off: " + token);
    }

    @Test
    void shouldBreakOffAFileThatIsShorterThanItSays() throws IOException {
        for (String act : List.of("fd-sys", "sendfile/fd-sys")) {
            try {
                Got got = ask("hostile", act, newToken());
                assertThat(got.isWhole && got.status == 200).as(act).isFalse();
            } catch (EOFException e) {
                // read before its head was sent
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"fd-big", "sendfile/fd-big"})
    void shouldBreakOffAFileThatIsTruncatedWhileItIsSent(String act) throws IOException {
        try (RawClient client = new RawClient(httpd.port("hostile"))) {
            client.send("GET /" + act + "?x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
            RawClient.Head head = client.receiveHead();
            assertThat(head.first("Content-Length")).isEqualTo(Long.toString(100 << 20));
            client.input().readNBytes(1 << 20);

            assertThat(ask("hostile", "fd-truncate", "x").text).isEqualTo("x");

            ByteArrayOutputStream rest = new ByteArrayOutputStream();
            try {
                client.input().transferTo(rest);
            } catch (SocketException e) {
                // reset: as good as ended
            }
            assertThat(rest.size()).isLessThan(99 << 20);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            failed-good | 503
            failed-crlf | 500
            """)
    void shouldTellWhyTheRequestFailed(String act, int status) throws IOException {
        String token = newToken();
        int log = logSize("hostile");

        Got got = ask("hostile", act, token);

        assertThat(got.status).isEqualTo(status);
        assertThat(got.text).as("the reason is for the log alone").doesNotContain(token);
        awaitLog("hostile", log, "pool hostile pid \\d+: .*; " + status);
    }

    // ---- credit

    @ParameterizedTest
    @ValueSource(strings = {"credit-flood", "credit-largest", "credit-0"})
    void shouldRefuseBadCredit(String act) throws IOException {
        int log = logSize("hostile");

        assertThat(post(act, newToken()).status).isEqualTo(502);

        awaitLog("hostile", log, BREACH.formatted("hostile", "a bad CREDIT"));
    }

    @Test
    void shouldTakeCreditInSmallPieces() throws IOException {
        String token = newToken();
        assertThat(post("credit-pieces", token)).returns(200, Got::status).returns(token, Got::text);
    }

    private static Got post(String act, String token) throws IOException {
        return send(
                "hostile",
                "POST /" + act + "?" + token
                        + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 10\r\n\r\n0123456789");
    }

    // ---- bytes that nobody asked for

    /**
     * A pool of its own: what is left over fails whichever request comes next, and that may be
     * another test's.
     */
    @ParameterizedTest
    @ValueSource(strings = {"early-answer", "fd-unasked", "fd-with-data", "fd-after-end"})
    void shouldGiveNobodyWhatIsLeftOver(String act) throws IOException {
        for (int round = 0; round < 5; round++) {
            String token = newToken();
            Got got = ask("leftover", act, token);
            checkTokens(got, token);
            assertThat(got.status).isIn(200, 502);
            for (int i = 0; i < 4; i++) {
                String other = newToken();
                Got next = ask("leftover", "keep", other);
                assertThat(next.status).isIn(200, 502);
                assertThat(next.text).doesNotContain("stolen", token);
                checkTokens(next, other);
            }
        }
    }

    // ---- upgrades

    private static Got upgrade(String host, String act, String token) throws IOException {
        return send(host, upgradeRequest(act, token));
    }

    private static String upgradeRequest(String act, String token) {
        return "GET /" + act + "?" + token + " HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: hostile\r\n\r\n";
    }

    @Test
    void shouldServeATunnel() throws IOException {
        String token = newToken();
        assertThat(upgrade("hostile", "tunnel-good", token))
                .returns(101, Got::status)
                .returns(token, Got::text);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            upgraded-without-field | UPGRADED to what the client did not ask for
            upgraded-to-another | UPGRADED to what the client did not ask for
            upgraded-twice | UPGRADED to what the client did not ask for
            upgraded-crlf | BAD_HEADER
            """)
    void shouldRefuseABadUpgrade(String act, String breach) throws IOException {
        int log = logSize("hostile");
        String token = newToken();

        Got got = upgrade("hostile", act, token);

        assertThat(got.status).isEqualTo(502);
        checkTokens(got, token);
        awaitLog("hostile", log, BREACH.formatted("hostile", breach));
    }

    /** Nothing is left to say it with: the connection ends behind what came before the breach. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            tunnel-response | breaks the protocol: a frame that is not allowed in a tunnel
            tunnel-trailers | breaks the protocol: a frame that is not allowed in a tunnel
            tunnel-serial | breaks the protocol: BAD_SERIAL
            tunnel-credit | breaks the protocol: a bad CREDIT
            tunnel-close | lost
            tunnel-abort | broken off
            """)
    void shouldEndATunnelWithABreach(String act, String breach) throws IOException {
        int log = logSize("hostile");
        String token = newToken();

        Got got = upgrade("hostile", act, token);

        assertThat(got.status).isEqualTo(101);
        assertThat(got.text).isEqualTo(token);
        awaitLog("hostile", log, "pool hostile pid \\d+: .*" + breach);
    }

    // ---- time

    @ParameterizedTest
    @ValueSource(strings = {"silence", "slow-head", "log-endless"})
    void shouldAnswer504(String act) throws IOException {
        int log = logSize("hostile");
        String token = newToken();
        long before = System.nanoTime();

        Got got = ask("hostile", act, token);

        within(SOON, before);
        assertThat(got.status).isEqualTo(504);
        checkTokens(got, token);
        awaitLog("hostile", log, "pool hostile pid \\d+: request-timeout: not complete within 3000 ms; 504");
    }

    @ParameterizedTest
    @ValueSource(strings = {"slow-data", "data-endless"})
    void shouldBreakOffAtTheDeadline(String act) throws IOException {
        int log = logSize("hostile");
        long before = System.nanoTime();

        Got got = askAndDiscard("hostile", act);

        within(SOON, before);
        assertThat(got.status).as(httpd.log("hostile").text().substring(log)).isEqualTo(200);
        assertThat(got.isWhole).isFalse();
        awaitLog("hostile", log, "pool hostile pid \\d+: request-timeout: not complete within 3000 ms; 504");
    }

    /** For bodies too large to keep. Gives up after SOON. */
    private static Got askAndDiscard(String host, String act) throws IOException {
        long end = System.nanoTime() + SOON.toNanos();
        try (RawClient client = new RawClient(httpd.port(host))) {
            client.send("GET /" + act + "?x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
            RawClient.Head head = client.receiveHead();
            boolean isWhole = false;
            try (InputStream in = client.body(head)) {
                byte[] buffer = new byte[65_536];
                int count;
                do {
                    count = in.read(buffer);
                    isWhole = count < 0;
                } while (count >= 0 && System.nanoTime() < end);
            } catch (EOFException | SocketException e) {
                isWhole = false;
            }
            return new Got(head.status(), "", "", isWhole, List.of());
        }
    }

    /**
     * A pool of its own: what is left of connections to another pool would count as tries, which
     * end this by themselves.
     */
    @Test
    void shouldNotAskForEverADaemonThatRefuses() throws IOException {
        long before = System.nanoTime();

        Got got = ask("refuser", "refuse-forever", newToken());

        assertThat(got.status).isEqualTo(503);
        within(SOON, before);
    }

    /**
     * Without request-timeout, a thread of httpd is free once its client has left: the check after
     * each test sees its connection closed.
     */
    @ParameterizedTest
    @ValueSource(strings = {"silence", "slow-head", "slow-data", "log-endless", "data-endless"})
    void shouldStopWhenTheClientHasLeft(String act) throws IOException {
        List<Integer> before = openConnections("patient");
        try (RawClient client = new RawClient(httpd.port("patient"))) {
            client.send("GET /" + act + "?x HTTP/1.1\r\nHost: x\r\n\r\n");
            Await.until(
                    "the daemon has the request",
                    SOON,
                    () -> openConnections("patient").size() > before.size());
        }
        awaitConnections("patient", before);
    }

    /**
     * With a reset: who only closes its half may still receive, and nothing that is sent would tell
     * httpd better.
     */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldStopTunnelsWhenTheClientHasLeft(boolean hasClosedItsHalf) throws IOException {
        List<Integer> before = openConnections("patient");
        try (RawClient client = new RawClient(httpd.port("patient"))) {
            client.send(upgradeRequest("tunnel-log-endless", "x"));
            assertThat(client.receiveHead().status()).isEqualTo(101);
            if (hasClosedItsHalf) {
                client.shutdownOutput();
            }
            client.reset();
        }
        awaitConnections("patient", before);
    }

    /** The hostile daemon has a child for each connection, which ends with it. */
    private static List<Integer> openConnections(String pool) {
        return Proc.all().stream()
                .filter(p -> p.arguments().stream().limit(1).anyMatch(("jvm:" + pool)::equals))
                .map(Proc::pid)
                .toList();
    }

    private static void awaitConnections(String pool, List<Integer> before) {
        try {
            Await.until("httpd closes the connection", SOON, () -> before.containsAll(openConnections(pool)));
        } finally { // else the next act finds httpd's thread in its way
            openConnections(pool).stream()
                    .filter(pid -> !before.contains(pid))
                    .forEach(pid -> Proc.of(pid).ifPresent(p -> p.signal("KILL")));
        }
    }

    // ---- against the supervisor

    @ParameterizedTest
    @ValueSource(strings = {"lifecycle-empty", "lifecycle-wishes", "lifecycle-changes"})
    void shouldReplaceADaemonThatGivesItselfUp(String act) throws IOException {
        int log = logSize("patient");

        assertThat(ask("patient", act, newToken()).status).isIn(200, 502);

        awaitLog("patient", log, "pool patient pid \\d+ ended: ");
        Http.await(httpd.uri("patient", "/good?x"), 200);
    }

    // ---- daemons that take no connections

    @ParameterizedTest
    @ValueSource(strings = {"deaf", "closed"})
    void shouldNotWaitForeverForADaemonThatTakesNoConnections(String host) {
        List<Got> answers = Collections.synchronizedList(new ArrayList<>());
        List<Thread> clients = Stream.generate(() -> new Thread(() -> {
                    try {
                        answers.add(ask(host, "x", newToken()));
                    } catch (IOException e) {
                        answers.add(new Got(0, "", e.toString(), false, List.of()));
                    }
                }))
                .limit(8)
                .toList();
        long before = System.nanoTime();
        clients.forEach(Thread::start);

        Await.until("clients are answered", Await.LONG, () -> clients.stream().noneMatch(Thread::isAlive));

        System.out.println("HostileDaemonTest: " + host + ": "
                + answers.stream().collect(Collectors.groupingBy(Got::status, TreeMap::new, Collectors.counting()))
                + " after "
                + Duration.ofNanos(System.nanoTime() - before).toMillis() + " ms");
        assertThat(answers)
                .hasSize(8)
                .allSatisfy(got -> assertThat(got.status()).isIn(502, 503, 504));
    }
}

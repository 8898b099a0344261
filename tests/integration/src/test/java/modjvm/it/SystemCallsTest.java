package modjvm.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import modjvm.it.harness.Await;
import modjvm.it.harness.Httpd;
import modjvm.it.harness.Proc;
import modjvm.it.harness.RawClient;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the wire costs in system calls, counted by strace: a regression shows on any machine. */
@RequiresRoot
@Isolated("measures")
class SystemCallsTest {
    private static final int REQUESTS = 200;
    /** Calls on the wire's sockets; strace -yy names what a descriptor is. */
    private static final Pattern ON_THE_WIRE =
            Pattern.compile("(\\w+)\\(\\d+<UNIX-STREAM:|(p?poll|epoll_\\w+)\\(.*<UNIX-STREAM:");

    /**
     * A look for input that is not there yet, before a thread goes to sleep: none or many, as fast
     * as the machine is.
     */
    private static final Pattern LOOK = Pattern.compile("poll\\(.*<UNIX-STREAM:.*, 0\\) += 0 ");

    private static final String UNFINISHED = " <unfinished ...>";
    private static final Pattern RESUMED = Pattern.compile("<\\.\\.\\. \\w+ resumed>");

    private static final Pattern ON_THE_FILE = Pattern.compile("(\\w+)\\(.*/file>");

    /**
     * A look whether the client is still there; ppoll is the wait for the next request of a quick
     * one.
     */
    private static final Pattern AT_THE_CLIENT = Pattern.compile("(p?poll)\\(.*<TCP");

    @AutoClose
    private static Httpd httpd;

    @BeforeAll
    static void start() {
        httpd = Httpd.with()
                .limits(
                        "StartServers 1\nServerLimit 1\nThreadLimit 16\nThreadsPerChild 16\nMaxRequestWorkers 16\nMinSpareThreads 1\nMaxSpareThreads 16")
                .host("site", """
                        KeepAlive On
                        KeepAliveTimeout 60
                        MaxKeepAliveRequests 0
                        JVMDaemonProcess site ${AS1}
                        JVMAlias /hello ${APPS}/Hello.java
                        JVMAlias /facts ${APPS}/Facts.java
                        JVMAlias /flow ${APPS}/Flow.java
                        JVMAlias /wire ${APPS}/Wire.java
                        <Location /wire/read>
                            EnableMMAP Off
                        </Location>
                        <Location /wire/sendfile>
                            EnableSendfile On
                        </Location>
                        """)
                .start();
        httpd.awaitReady("site", 1);
    }

    private interface Work {
        void of(RawClient client, int requests) throws IOException;
    }

    private static void ask(RawClient client, int times, String request) throws IOException {
        for (int i = 0; i < times; i++) {
            client.send(request);
            assertThat(client.receive().status()).isEqualTo(200);
        }
    }

    /** Calls on the wire while that many requests are answered, by name. */
    private static Map<String, Integer> count(Proc process, String request) throws Exception {
        return count(process, request, ON_THE_WIRE);
    }

    private static Map<String, Integer> count(Proc process, String request, Pattern pattern) throws Exception {
        return count(process, pattern, (client, requests) -> ask(client, requests, request));
    }

    private static Map<String, Integer> count(Proc process, Pattern pattern, Work work) throws Exception {
        Path output = httpd.work().resolve("strace." + process.pid());
        // One client: the request of another could come before the connection to the daemon is free
        // again.
        try (RawClient client = new RawClient(httpd.port("site"))) {
            work.of(client, 20); // connections are there, code is warm
            Process strace = new ProcessBuilder(
                            "strace",
                            "-f",
                            "-yy",
                            "-qq",
                            "-o",
                            output.toString(),
                            "-p",
                            Integer.toString(process.pid()))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            try {
                Await.until("strace is attached", Await.LONG, () -> isTraced(process));
                work.of(client, REQUESTS);
            } finally {
                strace.destroy();
                strace.waitFor();
            }
        }
        Map<String, Integer> calls = new TreeMap<>();
        for (String line : whole(Files.readAllLines(output))) {
            Matcher matcher = pattern.matcher(line);
            if (!LOOK.matcher(line).find() && matcher.find()) {
                String name = matcher.group(1) != null ? matcher.group(1) : matcher.group(2);
                calls.merge(name, 1, Integer::sum);
            }
        }
        calls.remove("accept"); // the one that waits for further connections
        return calls;
    }

    /**
     * Puts lines together which strace has cut because a call of another thread came in between.
     */
    private static List<String> whole(List<String> lines) {
        Map<String, String> begun = new TreeMap<>();
        List<String> all = new ArrayList<>();
        for (String line : lines) {
            String thread = line.substring(0, line.indexOf(' '));
            Matcher end = RESUMED.matcher(line);
            if (line.endsWith(UNFINISHED)) {
                begun.put(thread, line.substring(0, line.length() - UNFINISHED.length()));
            } else if (!end.find()) {
                all.add(line);
            } else if (begun.containsKey(thread)) {
                all.add(begun.remove(thread) + line.substring(end.end()));
            }
        }
        all.addAll(begun.values());
        return all;
    }

    private static boolean isTraced(Proc process) {
        try (var tasks = Files.list(Path.of("/proc/" + process.pid() + "/task"))) {
            return tasks.allMatch(task -> {
                try {
                    return Files.readString(task.resolve("status")).lines().noneMatch("TracerPid:\t0"::equals);
                } catch (IOException e) {
                    return true; // it has just ended
                }
            });
        } catch (IOException e) {
            return false;
        }
    }

    private static Proc child() {
        List<Proc> children = httpd.parent().descendants().stream()
                .filter(p -> p.parent() == httpd.parent().pid() && p.program().endsWith("/apache2"))
                .toList();
        assertThat(children).hasSize(1);
        return children.get(0);
    }

    /** These calls, and each once for a request. */
    private static void assertOneEach(Map<String, Integer> calls, Set<String> names) {
        assertThat(calls.keySet()).as("%s", calls).isEqualTo(names);
        // the first or last may be seen by halves
        assertThat(calls).allSatisfy((name, times) -> assertThat(times).as(name).isBetween(REQUESTS - 1, REQUESTS + 1));
    }

    /**
     * No other calls than these, and of each no more for a request; but for half of one, as what
     * comes late is read twice.
     */
    private static void assertAtMost(Map<String, Integer> calls, Map<String, Integer> most) {
        assertThat(calls)
                .as("calls for %d requests", REQUESTS)
                .isNotEmpty()
                .allSatisfy((name, times) -> assertThat(times)
                        .as(name)
                        .isLessThanOrEqualTo(most.getOrDefault(name, 0) * REQUESTS + REQUESTS / 2));
    }

    private static Proc daemon() {
        return httpd.daemons("site").get(0);
    }

    private static String largePost() {
        return "POST /flow?up HTTP/1.1\r\nHost: x\r\nContent-Length: 65536\r\n\r\n" + "x".repeat(65_536);
    }

    private static String fileGet() throws IOException {
        return fileGet("/wire");
    }

    private static String fileGet(String path) throws IOException {
        Path file = httpd.work().resolve("file");
        Files.write(file, new byte[102_400]);
        return "GET " + path + "?file=" + file + " HTTP/1.1\r\nHost: x\r\n\r\n";
    }

    /** A thread that waited in recvmsg or read would be woken once more, for nothing. */
    private static final Set<String> OF_HTTPD = Set.of("sendmsg", "poll", "recvmsg");

    private static final Set<String> OF_DAEMON = Set.of("poll", "read", "write");

    private static final String LARGE_GET = "GET /flow?memory=102400 HTTP/1.1\r\nHost: x\r\n\r\n";
    private static final String GET = "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n";
    private static final String POST = "POST /facts?body HTTP/1.1\r\nHost: x\r\nContent-Length: 12\r\n\r\nsmall = fast";

    @Test
    void shouldTakeFewCallsOfHttpdForASmallGet() throws Exception {
        assertOneEach(count(child(), GET), OF_HTTPD);
    }

    @Test
    void shouldTakeFewCallsOfTheDaemonForASmallGet() throws Exception {
        assertOneEach(count(daemon(), GET), OF_DAEMON);
    }

    @Test
    void shouldTakeFewCallsOfHttpdForASmallPost() throws Exception {
        assertOneEach(count(child(), POST), OF_HTTPD);
    }

    @Test
    void shouldTakeFewCallsOfTheDaemonForASmallPost() throws Exception {
        assertOneEach(count(daemon(), POST), OF_DAEMON);
    }

    @Test
    void shouldNotLookForAClientWhoseAnswerComesAtOnce() throws Exception {
        Map<String, Integer> calls = count(child(), GET, AT_THE_CLIENT);
        assertThat(calls.getOrDefault("ppoll", 0)).isLessThanOrEqualTo(REQUESTS + 1);
        calls.remove("ppoll");
        assertThat(calls).isEmpty();
    }

    /** They are read together: nothing would come while they are waited for. */
    @Test
    void shouldNotWaitForRequestsThatAreThereAlready() throws Exception {
        Map<String, Integer> calls = count(child(), AT_THE_CLIENT, (client, requests) -> {
            client.send(GET.repeat(requests));
            for (int i = 0; i < requests; i++) {
                assertThat(client.receive().status()).isEqualTo(200);
            }
        });
        assertThat(calls.getOrDefault("ppoll", 0)).isLessThan(REQUESTS / 10);
    }

    @Test
    void shouldTakeFewCallsOfHttpdForALargePost() throws Exception {
        assertAtMost(count(child(), largePost()), Map.of("sendmsg", 1, "poll", 1, "recvmsg", 1));
    }

    @Test
    void shouldTakeFewCallsOfTheDaemonForALargePost() throws Exception {
        assertAtMost(count(daemon(), largePost()), Map.of("read", 3, "poll", 1, "write", 1));
    }

    @Test
    void shouldTakeFewCallsOfHttpdForALargeResponse() throws Exception {
        assertAtMost(count(child(), LARGE_GET), Map.of("sendmsg", 1, "poll", 1, "recvmsg", 2));
    }

    @Test
    void shouldTakeFewCallsOfTheDaemonForALargeResponse() throws Exception {
        assertAtMost(count(daemon(), LARGE_GET), Map.of("poll", 1, "read", 1, "write", 1));
    }

    @Test
    void shouldTakeFewCallsOfHttpdForAFile() throws Exception {
        assertAtMost(count(child(), fileGet()), Map.of("sendmsg", 1, "poll", 1, "recvmsg", 1));
    }

    @Test
    void shouldTakeFewCallsOfTheDaemonForAFile() throws Exception {
        // fcntl and close: a descriptor of its own to send over
        assertAtMost(count(daemon(), fileGet()), Map.of("poll", 1, "read", 1, "sendmsg", 1, "fcntl", 1, "close", 1));
    }

    /** pread64: the last page, which is not mapped; nothing is on a tmpfs. */
    @ParameterizedTest
    @CsvSource({"/wire, mmap pread64", "/wire/read, pread64", "/wire/sendfile, sendfile"})
    void shouldTakeAFilesBytesAsHttpdIsToldTo(String path, String wanted) throws Exception {
        Map<String, Integer> calls = count(child(), fileGet(path), ON_THE_FILE);
        calls.keySet().retainAll(Set.of("mmap", "read", "pread64", "sendfile"));
        boolean isMappable = !Files.getFileStore(httpd.work()).type().equals("tmpfs");
        assertThat(calls).containsOnlyKeys((isMappable ? wanted : wanted.replace("mmap ", "")).split(" "));
    }
}

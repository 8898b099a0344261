package modjvm.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.apache.catalina.Session;
import org.apache.catalina.session.PersistentManager;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import sample.Counter;

/**
 * Sessions that go from process to process; here, two servers of one application are the processes.
 */
@Timeout(60)
class SessionsTest {
    private static final String FIRST = "j00000001";
    private static final String SECOND = "j00000002";

    @TempDir
    private Path root;

    private static Container container;

    private Site old;
    private WebApplication before;
    private Site young;
    private WebApplication after;
    private String contextXml = "<Context/>";

    @BeforeAll
    static void startContainer(@TempDir Path base) throws Exception {
        container = Container.start(base);
    }

    @AfterAll
    static void stopContainer() throws Exception {
        container.stop();
    }

    @BeforeEach
    void open() throws Exception {
        old = site("old", FIRST);
        before = old.start("/shop");
    }

    @AfterEach
    void close() throws Exception {
        old.close();
        if (young != null) {
            young.close();
        }
    }

    private Site site(String name, String route) throws Exception {
        return new Site(Files.createDirectories(root.resolve(name)), container)
                .classes(Counter.class)
                .file("META-INF/context.xml", contextXml)
                .sessions(root.resolve("sessions"), route);
    }

    private void startYoung() throws Exception {
        young = site("young", SECOND);
        after = young.start("/shop");
    }

    private void restartOld() throws Exception {
        old.close();
        old = site("old", FIRST);
        before = old.start("/shop");
    }

    private static FakeExchange count(String what, String id) {
        FakeExchange exchange = FakeExchange.get("/shop/count?" + what).at("/shop");
        return id.isEmpty() ? exchange : exchange.header("Cookie", "JSESSIONID=" + id);
    }

    private static String id(FakeExchange exchange) {
        return exchange.header("Set-Cookie").replaceAll("JSESSIONID=([^;]*).*", "$1");
    }

    private List<String> waiting() throws IOException {
        try (Stream<Path> files = Files.list(root.resolve("sessions/waiting"))) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    @Test
    void shouldEndIdsWithTheRoute() throws Exception {
        assertThat(id(count("", "").serve(before))).matches("[0-9A-F]{32}\\." + FIRST);
    }

    @Test
    void shouldHandASessionOverWhenItsProcessDrains() throws Exception {
        String id = id(count("", "").serve(before));
        startYoung();

        FakeExchange early = count("", id).serve(after);
        old.drain();
        FakeExchange late = count("", id).serve(after);

        assertThat(early.isDeclined()).isTrue();
        assertThat(early.head).as("a response").isNull();
        assertThat(late.text()).startsWith("2 ");
        assertThat(id(late)).isEqualTo(id.replace(FIRST, SECOND));
        assertThat(count("", id).serve(after).text()).as("by its former id").startsWith("3 ");
        assertThat(count("", id(late)).serve(after).text()).startsWith("4 ");
    }

    @Test
    void shouldHandASessionOverOnceNoRequestUsesIt() throws Exception {
        String id = id(count("", "").serve(before));
        startYoung();
        FakeExchange slow = count("", id);
        slow.gate = new CountDownLatch(1);
        AtomicReference<Throwable> failure = new AtomicReference<>();
        CountDownLatch isUsing = new CountDownLatch(1);
        Thread thread = new Thread(() -> {
            try {
                isUsing.countDown();
                slow.serve(before);
            } catch (Throwable t) {
                failure.set(t);
            }
        });
        thread.start();
        assertThat(isUsing.await(20, TimeUnit.SECONDS)).isTrue();
        while (!((KeptSession) old.context().getManager().findSession(id)).isUsed()) {
            Thread.onSpinWait();
        }
        old.drain();

        FakeExchange early = count("", id).serve(after);
        slow.gate.countDown();
        thread.join();

        assertThat(failure.get()).isNull();
        assertThat(early.isDeclined()).isTrue();
        assertThat(slow.text()).startsWith("2 ");
        assertThat(count("", id).serve(after).text()).startsWith("3 ");
    }

    @Test
    void shouldHandOverASessionThatIsMadeDuringTheDrain() throws Exception {
        startYoung();
        old.drain();
        String id = id(count("", "").serve(before));

        assertThat(count("", id).serve(after).text()).startsWith("2 ");
    }

    @Test
    void shouldSendARequestToTheProcessThatHasTakenItsSession() throws Exception {
        String id = id(count("", "").serve(before));
        startYoung();
        old.drain();
        count("", id).serve(after);

        assertThat(count("", id).serve(before).isDeclined()).isTrue();
    }

    @Test
    void shouldFindASessionByPathParameter() throws Exception {
        String url = count("", "").serve(before).text().replaceAll(".* ", "");
        assertThat(url).endsWith("." + FIRST);
        startYoung();
        old.drain();

        FakeExchange exchange = FakeExchange.get(url).at("/shop").serve(after);

        assertThat(exchange.text()).startsWith("2 ").endsWith("." + SECOND);
    }

    @Test
    void shouldKeepSessionsFromStopToStart() throws Exception {
        String id = id(count("watched", "").serve(before));
        restartOld();

        assertThat(count("", id).serve(before).text()).startsWith("2 passivated activated ");
        assertThat(waiting()).isEmpty();
    }

    @Test
    void shouldDropWhatIsNotSerializableWithALine() throws Exception {
        String id = id(count("odd", "").serve(before));
        Site stopped = old;
        restartOld();

        assertThat(count("names", id).serve(before).text())
                .startsWith("[count]")
                .contains("2 ");
        assertThat(stopped.warnings())
                .anyMatch(line -> line.contains("the session attribute odd (java.lang.Object) is dropped: it is not"))
                .anyMatch(line -> line.contains("the session attribute nested (java.util.ArrayList) is dropped: "
                        + "java.io.NotSerializableException: java.lang.Object"))
                .hasSize(2);
    }

    @Test
    void shouldDropASessionThatCannotBeReadWithALine() throws Exception {
        String id = id(count("", "").serve(before));
        old.drain();
        Files.write(root.resolve("sessions/waiting").resolve(SessionFolder.key(id)), new byte[] {1, 2, 3});

        FakeExchange exchange = count("", id).serve(before);

        assertThat(exchange.text()).startsWith("1 ");
        assertThat(id(exchange)).doesNotContain(SessionFolder.key(id));
        assertThat(old.warnings()).singleElement().asString().contains("a session cannot be read, and is dropped");
    }

    @Test
    void shouldEndASessionThatHasWaitedTooLong() throws Exception {
        String id = id(count("short", "").serve(before));
        old.drain();
        startYoung();
        while (young.context().getManager().getExpiredSessions() == 0) {
            young.context().getManager().backgroundProcess();
        }

        assertThat(System.getProperty("sample.ended")).startsWith(SessionFolder.key(id));
        assertThat(waiting()).isEmpty();
        assertThat(count("old", id).serve(after).text()).isEqualTo("none");
    }

    @Test
    void shouldEndASessionWhoseTimeIsOverWhenARequestAsksForIt() throws Exception {
        String id = id(count("short", "").serve(before));
        Session session = old.context().getManager().findSessions()[0];
        while (session.getIdleTimeInternal() < 1000) {
            Thread.onSpinWait();
        }

        assertThat(count("old", id).serve(before).text()).isEqualTo("none");
    }

    @Test
    void shouldForgetASessionThatItsApplicationEnds() throws Exception {
        String id = id(count("", "").serve(before));
        startYoung();
        old.drain();
        count("end", id).serve(after);

        assertThat(count("old", id).serve(after).text()).isEqualTo("none");
        assertThat(count("old", id).serve(before).text()).isEqualTo("none");
    }

    @Test
    void shouldTakeAManagerWithoutAClassForItsOwn() throws Exception {
        contextXml = "<Context><Manager maxActiveSessions='7'/></Context>";
        restartOld();

        assertThat(old.context().getManager())
                .isInstanceOfSatisfying(
                        SessionManager.class,
                        manager -> assertThat(manager.getMaxActiveSessions()).isEqualTo(7));
    }

    @Test
    void shouldLeaveAManagerWithoutAFileAlone() throws Exception {
        contextXml = "<Context><Manager pathname=''/></Context>";
        restartOld();

        assertThat(old.context().getManager()).isNotInstanceOf(SessionManager.class);
    }

    @Test
    void shouldHandOverWhatAStoreOfTomcatsKeeps() throws Exception {
        contextXml = "<Context><Manager className='org.apache.catalina.session.PersistentManager'>"
                + "<Store className='org.apache.catalina.session.FileStore'/></Manager></Context>";
        restartOld();
        assertThat(old.context().getManager()).isInstanceOf(PersistentManager.class);
        String id = id(count("", "").serve(before));
        startYoung();

        FakeExchange early = count("", id).serve(after);
        old.drain();
        FakeExchange late = count("", id).serve(after);

        assertThat(early.isDeclined()).isTrue();
        assertThat(late.text()).startsWith("2 ");
        assertThat(id(late)).endsWith("." + SECOND);
        assertThat(count("", id(late)).serve(after).text()).startsWith("3 ");
    }
}

package modjvm.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import modjvm.it.harness.Await;
import modjvm.it.harness.Board;
import modjvm.it.harness.Http;
import modjvm.it.harness.Httpd;
import modjvm.it.harness.Load;
import modjvm.it.harness.Proc;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Somebody who has captured a child of httpd writes over the memory that httpd shares with the
 * supervisor, and goes.
 */
@RequiresRoot
class PoisonedBoardTest {
    /**
     * The supervisor looks a second apart at most, httpd's children at their rows every two
     * seconds, httpd's parent every ten.
     */
    private static final Duration SOON = Duration.ofSeconds(15);

    private Httpd httpd;
    private List<Proc> daemons;

    @BeforeEach
    void start() {
        httpd = Httpd.with()
                .host("site", "JVMDaemonProcess site ${AS1} processes=2\nJVMAlias / ${APPS}/Facts.java")
                .host("idle", "JVMDaemonProcess idle ${AS2} idle-timeout=1\nJVMAlias / ${APPS}/Facts.java")
                .host("status", "<Location />\nSetHandler jvm-status\nRequire all granted\n</Location>")
                .start();
        httpd.expect("MJ\\d+");
        daemons = httpd.awaitReady("site", 2);
        Http.await(httpd.uri("site", "/x"), 200);
    }

    @AfterEach
    void close() {
        httpd.close();
    }

    private boolean isServed(String host) {
        return Http.get(httpd.uri(host, "/x")).statusCode() == 200;
    }

    @ParameterizedTest
    @ValueSource(ints = {0x00, 0x01, 0x02, 0x7f, 0xff})
    void shouldServeAgainSoon(int value) {
        Board.overwrite(httpd.parent(), value);

        Await.until("the site serves again", Await.scaled(SOON), () -> isServed("site"));
        Await.until("so does the other", Await.scaled(SOON), () -> isServed("idle"));
        for (int i = 0; i < 100; i++) {
            assertThat(isServed("site")).isTrue();
        }
        assertThat(httpd.awaitReady("site", 2)).containsExactlyInAnyOrderElementsOf(daemons);
    }

    @Test
    void shouldShowWhatIsTrueAgain() {
        Board.overwrite(httpd.parent(), 0xff);

        Await.until("the status is as it was", Await.scaled(SOON), () -> {
            String json = Http.get(httpd.uri("status", "/?json")).body();
            return json.contains("\"state\":\"ready\"")
                    && daemons.stream().allMatch(d -> json.contains("\"pid\":" + d.pid()));
        });
    }

    /**
     * Graceful restarts go on, and requests under load are lost no longer than the board is wrong.
     */
    @Test
    void shouldSurviveItUnderLoad() {
        try (Load load = new Load(httpd.port("site"), "/x", 4)) {
            for (int value : new int[] {0x00, 0xff}) {
                load.awaitMore(50);
                Board.overwrite(httpd.parent(), value);
                load.awaitMore(50);
                httpd.graceful();
            }
            load.awaitMore(50);
            Map<String, Integer> before = load.outcomes();
            load.awaitMore(200);
            Map<String, Integer> outcomes = load.stop();
            before.forEach((outcome, count) -> {
                if (!outcome.equals("200")) {
                    assertThat(outcomes).containsEntry(outcome, count);
                }
            });
        }
    }
}

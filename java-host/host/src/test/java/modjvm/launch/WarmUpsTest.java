package modjvm.launch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import modjvm.Application;
import modjvm.Header;
import modjvm.Headers;
import modjvm.Request;
import modjvm.Response;
import modjvm.application.ApplicationHandler;
import modjvm.record.Record;
import modjvm.spi.LoadException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class WarmUpsTest {
    private static final byte[] DEFINITION =
            new Record.Builder().add("target", "/srv/Shop.java").bytes();

    private final PrintStream stderr = System.err;
    private final ByteArrayOutputStream logged = new ByteArrayOutputStream();

    @BeforeEach
    void catchLog() {
        System.setErr(new PrintStream(logged, true, StandardCharsets.UTF_8));
    }

    @AfterEach
    void restoreLog() {
        System.setErr(stderr);
    }

    private String log() {
        return logged.toString(StandardCharsets.UTF_8);
    }

    private static WarmUp get(String pathInfo, String query) {
        return new WarmUp(DEFINITION, "/shop", pathInfo, query);
    }

    private static void run(Application application, WarmUp... warmUps) {
        new WarmUps(key -> {
                    assertThat(key.definition()).isEqualTo(DEFINITION);
                    return new ApplicationHandler(application);
                })
                .run(List.of(warmUps));
    }

    @Test
    void shouldAskAsAClientOnThisMachineWould() throws Exception {
        List<Request> seen = new ArrayList<>();
        run(
                request -> {
                    request.sendInterim(103, Headers.empty());
                    assertThat(request.body().read()).isNegative();
                    seen.add(request);
                    return Response.text("ok");
                },
                get("/caf\u00e9", "a=%20"),
                get("", ""));

        Request request = seen.get(0);
        assertThat(request.method()).isEqualTo("GET");
        assertThat(request.target()).isEqualTo("/shop/caf%C3%A9?a=%20");
        assertThat(request.scriptName()).isEqualTo("/shop");
        assertThat(request.pathInfo()).isEqualTo("/caf\u00e9");
        assertThat(request.query()).isEqualTo("a=%20");
        assertThat(request.headers()).containsExactly(new Header("Host", "localhost"));
        assertThat(request.remoteAddress()).isEqualTo("127.0.0.1");
        assertThat(request.remoteUser()).isEmpty();
        assertThat(request.trailers()).isEmpty();
        assertThat(request.environ())
                .containsEntry("PATH_INFO", "/caf\u00e9")
                .containsEntry("SERVER_NAME", "localhost");
        assertThat(seen.get(1).target()).isEqualTo("/shop");
        assertThat(log()).isEmpty();
    }

    @Test
    void shouldProduceBodies() {
        List<String> produced = new ArrayList<>();
        run(
                request -> request.pathInfo().equals("/stream")
                        ? Response.stream("a/b", out -> {
                            out.write(1);
                            out.flush();
                            produced.add("stream");
                        })
                        : Response.input("a/b", new ByteArrayInputStream(new byte[3]) {
                            @Override
                            public void close() {
                                produced.add("input " + available());
                            }
                        }),
                get("/stream", ""),
                get("/input", ""));

        assertThat(produced).containsExactly("stream", "input 0");
        assertThat(log()).isEmpty();
    }

    @Test
    void shouldLogALineForEachThatFailsAndGoOn() {
        run(
                request -> {
                    switch (request.pathInfo()) {
                        case "/status":
                            return Response.status(503);
                        case "/throws":
                            throw new IllegalStateException("not yet");
                        case "/load":
                            throw new LoadException("/srv/Shop.java:1: broken");
                        case "/null":
                            return null;
                        case "/deep":
                            throw new StackOverflowError();
                        case "/stream":
                            return Response.stream("a/b", out -> {
                                throw new IllegalStateException("half");
                            });
                        default:
                            Thread.currentThread().interrupt();
                            return Response.status(404);
                    }
                },
                get("/status", ""),
                get("/throws", ""),
                get("/load", ""),
                get("/null", ""),
                get("/deep", ""),
                get("/stream", ""),
                get("/missing", ""));

        assertThat(Thread.interrupted()).isFalse();
        assertThat(log().lines())
                .containsExactly(
                        "warm-up: /shop/status: status 503",
                        "warm-up: /shop/throws: java.lang.IllegalStateException: not yet",
                        "warm-up: /shop/load: /srv/Shop.java:1: broken",
                        "warm-up: /shop/null: the application returned null instead of a Response",
                        "warm-up: /shop/deep: java.lang.StackOverflowError",
                        "warm-up: /shop/stream: java.lang.IllegalStateException: half");
    }
}

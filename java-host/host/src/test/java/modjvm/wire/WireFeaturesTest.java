package modjvm.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import modjvm.GoingAwayException;
import modjvm.Header;
import modjvm.Headers;
import modjvm.Request;
import modjvm.Response;
import modjvm.logging.RequestLog;
import modjvm.protocol.Frame;
import modjvm.protocol.HttpdCodec;
import modjvm.spi.LogLevel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Interim responses, trailers, files, upgrades, lines for the log, and who may connect: frame by
 * frame.
 */
@Timeout(30)
class WireFeaturesTest {
    @TempDir
    private Path folder;

    private static Headers headers(String name, String value) {
        return Headers.of(List.of(new Header(name, value)));
    }

    private static Frame next(Httpd httpd) throws IOException {
        Frame frame = httpd.read();
        return frame instanceof Frame.Welcome ? httpd.read() : frame;
    }

    @Test
    void shouldSendInterimResponsesAtOnceAndNotAfterTheAnswer() throws Exception {
        BlockingQueue<Request> seen = new ArrayBlockingQueue<>(1);
        try (TestServer server = TestServer.serving(request -> {
                    assertThatThrownBy(() -> request.sendInterim(101, Headers.empty()))
                            .isInstanceOf(IllegalArgumentException.class);
                    assertThatThrownBy(() -> request.sendInterim(103, headers("Content-Length", "1")))
                            .isInstanceOf(IllegalArgumentException.class);
                    request.sendInterim(103, headers("Link", "</a>"));
                    seen.add(request);
                    return Response.status(204);
                });
                Httpd httpd = server.connect()) {
            httpd.send(Httpd.get("/"));
            assertThat(next(httpd)).isEqualTo(new Frame.Inform(1, 103, List.of(new Frame.Field("Link", "</a>"))));
            assertThat(httpd.read()).isInstanceOf(Frame.Response.class);
            assertThatThrownBy(() -> seen.take().sendInterim(103, Headers.empty()))
                    .isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void shouldSendAndReceiveTrailers() throws IOException {
        try (TestServer server = TestServer.serving(request -> {
                    int before = request.trailers().size();
                    request.body().readAllBytes();
                    String sum = request.trailers().first("X-Sum").orElse("none");
                    return Response.text(before + sum).withTrailers(() -> headers("X-Back", sum));
                });
                Httpd httpd = server.connect()) {
            httpd.send(
                    Httpd.post(Frame.LENGTH_UNKNOWN),
                    Httpd.data(3),
                    HttpdCodec.trailers(0, List.of("X-Sum", "7")),
                    Httpd.end());
            assertThat(next(httpd)).isInstanceOf(Frame.Response.class);
            assertThat(((Frame.Data) httpd.read()).payload()).asString().isEqualTo("07");
            assertThat(httpd.read()).isEqualTo(new Frame.Trailers(1, List.of(new Frame.Field("X-Back", "7"))));
            assertThat(httpd.read()).isEqualTo(new Frame.End(1, false));
        }
    }

    @Test
    void shouldSendNoFrameOfNoTrailers() throws IOException {
        try (TestServer server =
                        TestServer.serving(request -> Response.text("x").withTrailers(Headers::empty));
                Httpd httpd = server.connect()) {
            httpd.send(Httpd.get("/"));
            assertThat(next(httpd)).isInstanceOf(Frame.Response.class);
            assertThat(httpd.read()).isInstanceOf(Frame.Data.class);
            assertThat(httpd.read()).isEqualTo(new Frame.End(1, false));
        }
    }

    @Test
    void shouldFailWithATrailerThatBelongsBeforeTheBody() throws IOException {
        try (TestServer server = TestServer.serving(
                        request -> Response.text("x").withTrailers(() -> headers("Content-Type", "text/html")));
                Httpd httpd = server.connect()) {
            assertThat(httpd.exchange(Httpd.get("/")).message()).contains("Content-Type cannot be a trailer");
        }
    }

    @Test
    void shouldPassADescriptorWhereThatCanBeDone() throws IOException {
        Path file = Files.writeString(folder.resolve("a.txt"), "0123456789");
        try (TestServer server = TestServer.serving(request -> Response.file(file, 2, 5));
                Httpd httpd = server.connect()) {
            server.descriptors.canPass = true;
            httpd.send(Httpd.get("/"));
            Frame.FileResponse response = (Frame.FileResponse) next(httpd);
            assertThat(response.offset()).isEqualTo(2);
            assertThat(response.contentLength()).isEqualTo(5);
            assertThat(server.descriptors.passed).hasValue(1);
            server.descriptors.canPass = false;
            assertThat(httpd.exchange(Httpd.get("/")).text()).isEqualTo("23456");
            assertThat(server.descriptors.passed).hasValue(1);
        }
    }

    @Test
    void shouldTunnelAfterAnUpgrade() throws Exception {
        try (TestServer server = TestServer.serving(request -> Response.upgrade("echo/1", (in, out) -> {
                    byte[] buffer = new byte[100];
                    for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                        out.write(buffer, 0, count);
                        out.flush();
                    }
                    out.write('!');
                }));
                Httpd httpd = server.connect()) {
            httpd.send(Httpd.get("/").withHeader("Upgrade", "echo/1"));
            assertThat(next(httpd)).isEqualTo(new Frame.Upgraded(1, List.of(new Frame.Field("Upgrade", "echo/1"))));
            assertThat(httpd.read()).isInstanceOf(Frame.Credit.class);
            httpd.sendMore(Httpd.data("hi".getBytes(StandardCharsets.US_ASCII)));
            assertThat(((Frame.Data) httpd.read()).payload()).asString().isEqualTo("hi");
            httpd.sendMore(Httpd.end());
            assertThat(((Frame.Data) httpd.read()).payload()).asString().isEqualTo("!");
            assertThat(httpd.read()).isEqualTo(new Frame.End(1, false));
            // and the connection is free
            httpd.send(Httpd.get("/"));
            assertThat(httpd.read()).isInstanceOf(Frame.Upgraded.class);
        }
    }

    @Test
    void shouldTellTunnelsAloneThatTheProcessIsAboutToEnd() throws Exception {
        CountDownLatch inside = new CountDownLatch(1);
        try (TestServer server = TestServer.serving(request -> {
                    if (!request.pathInfo().equals("/tunnel")) {
                        inside.countDown();
                        return Response.bytes(request.body().readAllBytes(), "a/b");
                    }
                    return Response.upgrade("raw", (in, out) -> {
                        try {
                            in.read();
                        } catch (GoingAwayException e) {
                            out.write('!');
                        }
                    });
                });
                Httpd tunnel = server.connect();
                Httpd upload = server.connect()) {
            tunnel.send(Httpd.get("/tunnel"));
            assertThat(next(tunnel)).isInstanceOf(Frame.Upgraded.class);
            assertThat(tunnel.read()).isInstanceOf(Frame.Credit.class);
            upload.send(Httpd.post(1));
            assertThat(inside.await(20, TimeUnit.SECONDS)).isTrue();

            server.server.endTunnels();
            assertThat(((Frame.Data) tunnel.read()).payload()).asString().isEqualTo("!");
            assertThat(tunnel.read()).isEqualTo(new Frame.End(1, false));
            assertThat(tunnel.isClosedByDaemon()).isTrue();
            upload.sendMore(Httpd.data(1), Httpd.end());
            assertThat(upload.answer().body()).hasSize(1);
        }
    }

    /** One place, and a tunnel does not take it. */
    @Test
    void shouldCountNoTunnelAsARequest() throws Exception {
        try (TestServer server = new TestServer(
                        1,
                        definition -> request -> request.pathInfo().equals("/tunnel")
                                ? Response.upgrade("raw", (in, out) -> in.read())
                                : Response.text("served"));
                Httpd tunnel = server.connect();
                Httpd other = server.connect()) {
            tunnel.send(Httpd.get("/tunnel"));
            assertThat(next(tunnel)).isInstanceOf(Frame.Upgraded.class);
            assertThat(other.exchange(Httpd.get("/")).text()).isEqualTo("served");
        }
    }

    @Test
    void shouldRefuseToUpgradeARequestWithABody() throws IOException {
        try (TestServer server = TestServer.serving(request -> Response.upgrade("raw", (in, out) -> {}));
                Httpd httpd = server.connect()) {
            assertThat(httpd.exchange(Httpd.post(2), Httpd.data(2), Httpd.end()).message())
                    .contains("upgrade");
        }
    }

    @Test
    void shouldSendLinesOfTheLogBeforeTheAnswer() throws IOException {
        try (TestServer server = TestServer.serving(request -> {
                    RequestLog.current().lines(LogLevel.WARNING, "one\n\ttwo");
                    RequestLog.current().print(false, "three\nfo".getBytes(StandardCharsets.UTF_8), 0, 8);
                    RequestLog.current().print(false, "ur".getBytes(StandardCharsets.UTF_8), 0, 2);
                    return Response.status(204);
                });
                Httpd httpd = server.connect()) {
            httpd.send(Httpd.get("/"));
            assertThat(next(httpd)).isEqualTo(new Frame.Log(1, 4, "one"));
            assertThat(httpd.read()).isEqualTo(new Frame.Log(1, 4, "    two"));
            assertThat(httpd.read()).isEqualTo(new Frame.Log(1, 5, "three"));
            assertThat(httpd.read()).isEqualTo(new Frame.Log(1, 5, "four"));
            assertThat(httpd.read()).isInstanceOf(Frame.Response.class);
        }
    }

    /**
     * A line that does not go at once comes before what is sent next, and does not tear a frame of
     * it.
     */
    @Test
    void shouldKeepLinesAndBodyWholeWhereTheSocketIsFull() throws IOException {
        try (TestServer server = TestServer.serving(request -> Response.stream("text/plain", out -> {
                    out.write("body".getBytes(StandardCharsets.US_ASCII));
                    RequestLog.current().lines(LogLevel.INFO, "between");
                    out.write(" and more".getBytes(StandardCharsets.US_ASCII));
                }));
                Httpd httpd = server.connect()) {
            for (boolean isFull : new boolean[] {false, true}) {
                server.descriptors.isFull = isFull;
                httpd.send(Httpd.get("/"));
                Frame first = next(httpd);
                assertThat(first).isInstanceOf(Frame.Log.class);
                assertThat(httpd.read()).isInstanceOf(Frame.Response.class);
                assertThat(((Frame.Data) httpd.read()).payload()).asString().isEqualTo("body and more");
                assertThat(httpd.read()).isInstanceOf(Frame.End.class);
            }
        }
    }

    @Test
    void shouldServeHttpdAndRootAlone() throws IOException {
        try (TestServer server = TestServer.serving(request -> Response.text("served"))) {
            for (long uid : new long[] {TestServer.HTTPD_UID, 0}) {
                server.descriptors.peer = uid;
                try (Httpd httpd = server.connect()) {
                    assertThat(httpd.exchange(Httpd.get("/")).text()).isEqualTo("served");
                }
            }
            server.descriptors.peer = 1000;
            try (Httpd stranger = server.connect()) {
                assertThatThrownBy(() -> stranger.exchange(Httpd.get("/"))).isInstanceOf(IOException.class);
            }
        }
    }
}

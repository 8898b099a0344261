package modjvm.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.EOFException;
import java.io.IOException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import modjvm.Headers;
import modjvm.protocol.Frame;
import modjvm.spi.Exchange;
import modjvm.spi.RequestBody;
import modjvm.spi.ResponseHead;
import modjvm.spi.ResponseSink;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a handler may do over httpd's wire that an Application does not. */
@Timeout(60)
class HandlerTest {
    private static final long DEADLINE_SECONDS = 30;

    private final BlockingQueue<String> seen = new LinkedBlockingQueue<>();

    private static void answer(Exchange exchange, byte[] body) {
        try {
            ResponseSink sink = exchange.respond(new ResponseHead(200, Headers.empty(), body.length));
            sink.write(body);
            sink.end(Headers.empty());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void shouldHaveAnotherDaemonAsked() throws IOException {
        try (TestServer server = TestServer.handling(exchange -> {
                    assertThat(exchange.decline()).isTrue();
                    assertThat(exchange.decline()).isFalse();
                });
                Httpd httpd = server.connect()) {
            assertThat(httpd.exchange(Httpd.get("/")).head()).isEqualTo(new Frame.Refused(1, Frame.Reason.ELSEWHERE));
            assertThat(httpd.exchange(Httpd.get("/")).head()).isEqualTo(new Frame.Refused(2, Frame.Reason.ELSEWHERE));
        }
    }

    @Test
    void shouldAnswerWhatItCannotDeclineAnyMore() throws IOException {
        try (TestServer server = TestServer.handling(exchange -> {
                    answer(exchange, new byte[] {'x'});
                    assertThat(exchange.decline()).isFalse();
                });
                Httpd httpd = server.connect()) {
            assertThat(httpd.exchange(Httpd.get("/")).text()).isEqualTo("x");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2})
    void shouldAskForNothingMoreOnceItHasAnswered(int length) throws Exception {
        try (TestServer server = TestServer.handling(exchange -> {
                    if (exchange.head().hasBody()) {
                        ResponseSink sink = exchange.respond(new ResponseHead(200, Headers.empty(), length));
                        sink.write(new byte[length]);
                        if (length > 0) {
                            sink.end(Headers.empty());
                        }
                        seen.add("read " + exchange.body().readNBytes(8_192).length);
                        try {
                            seen.add("read " + exchange.body().read());
                        } catch (EOFException e) {
                            seen.add("cut off");
                        }
                        sink.end(Headers.empty());
                    } else {
                        answer(exchange, new byte[] {'x'});
                    }
                });
                Httpd httpd = server.connect()) {
            httpd.send(Httpd.post(1 << 20), Httpd.data(8_192));
            assertThat(httpd.answer().body()).hasSize(length);
            httpd.sendMore(Httpd.cut());
            assertThat(httpd.exchange(Httpd.get("/")).text()).isEqualTo("x");
            assertThat(seen).containsExactly("read 8192", "cut off");
        }
    }

    @Test
    void shouldAnswerFromAnotherThread() throws IOException {
        try (TestServer server = TestServer.handling(exchange -> {
                    exchange.suspend();
                    new Thread(() -> {
                                answer(exchange, new byte[] {'o', 'k'});
                                exchange.complete();
                            })
                            .start();
                });
                Httpd httpd = server.connect()) {
            for (int i = 0; i < 3; i++) {
                assertThat(httpd.exchange(Httpd.get("/")).text()).isEqualTo("ok");
            }
        }
    }

    @Test
    void shouldBeInFlightWhileItIsSuspended() throws Exception {
        BlockingQueue<Exchange> suspended = new LinkedBlockingQueue<>();
        try (TestServer server = TestServer.handling(exchange -> {
                    exchange.suspend();
                    suspended.add(exchange);
                });
                Httpd httpd = server.connect()) {
            httpd.send(Httpd.get("/"));
            Exchange exchange = suspended.poll(DEADLINE_SECONDS, TimeUnit.SECONDS);
            assertThat(server.server.count().inFlight()).isEqualTo(1);
            assertThat(server.server.running()).hasSize(1);
            exchange.execute(() -> answer(exchange, new byte[] {'o', 'k'}));
            exchange.complete();
            assertThat(httpd.answer().text()).isEqualTo("ok");
        }
    }

    @Test
    void shouldEndASuspendedExchangeThatHttpdGivesUp() throws Exception {
        CountDownLatch suspended = new CountDownLatch(1);
        try (TestServer server = TestServer.handling(exchange -> {
                    exchange.suspend();
                    exchange.onAbort(() -> exchange.execute(() -> seen.add("cleaned up")));
                    suspended.countDown();
                });
                Httpd httpd = server.connect()) {
            httpd.send(Httpd.get("/"));
            assertThat(suspended.await(DEADLINE_SECONDS, TimeUnit.SECONDS)).isTrue();
            server.hangups.hangUp(server.hangups.watched.take());
            assertThat(seen.poll(DEADLINE_SECONDS, TimeUnit.SECONDS)).isEqualTo("cleaned up");
            assertThat(endsWithoutAnAnswer(httpd)).isTrue();
        }
    }

    /** While an exchange is suspended, its place may be given back. */
    private static boolean endsWithoutAnAnswer(Httpd httpd) throws IOException {
        try {
            Frame frame = httpd.read();
            while (frame instanceof Frame.Welcome || frame instanceof Frame.Place) {
                frame = httpd.read();
            }
            return false;
        } catch (EOFException e) {
            return true;
        }
    }

    /** Reads what is there, whenever something is, and answers with all of it. */
    private void readOn(Exchange exchange, StringBuilder read) {
        RequestBody body = exchange.body();
        byte[] buffer = new byte[16];
        try {
            while (body.isReady()) {
                int count = body.read(buffer);
                if (count < 0) {
                    assertThat(body.isFinished()).isTrue();
                    answer(exchange, read.toString().getBytes(java.nio.charset.StandardCharsets.US_ASCII));
                    exchange.complete();
                    return;
                }
                for (int i = 0; i < count; i++) {
                    read.append((char) buffer[i]);
                }
                seen.add(read.toString());
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        body.onReady(() -> readOn(exchange, read));
    }

    @Test
    void shouldTellWhenABodyGoesOn() throws Exception {
        try (TestServer server = TestServer.handling(exchange -> {
                    exchange.suspend();
                    readOn(exchange, new StringBuilder());
                });
                Httpd httpd = server.connect()) {
            for (int i = 0; i < 2; i++) {
                httpd.send(Httpd.post(4));
                httpd.sendMore(Httpd.data(new byte[] {'a', 'b'}));
                assertThat(seen.poll(DEADLINE_SECONDS, TimeUnit.SECONDS)).isEqualTo("ab");
                httpd.sendMore(Httpd.data(new byte[] {'c', 'd'}));
                assertThat(seen.poll(DEADLINE_SECONDS, TimeUnit.SECONDS)).isEqualTo("abcd");
                httpd.sendMore(Httpd.end());
                assertThat(httpd.answer().text()).isEqualTo("abcd");
            }
        }
    }

    @Test
    void shouldFailForAHandlerThatDoesNotAnswer() throws IOException {
        try (TestServer server = TestServer.handling(exchange -> {});
                Httpd httpd = server.connect()) {
            Httpd.Answer answer = httpd.exchange(Httpd.get("/"));
            assertThat(answer.head()).isInstanceOf(Frame.Failed.class);
            assertThat(answer.message()).contains("has not answered");
            assertThat(httpd.exchange(Httpd.get("/")).status()).isEqualTo(500);
        }
    }

    @Test
    void shouldBreakOffAResponseThatDoesNotEnd() throws IOException {
        try (TestServer server = TestServer.handling(exchange -> {
                    ResponseSink sink = exchange.respond(new ResponseHead(200, Headers.empty(), ResponseHead.UNKNOWN));
                    sink.write(1);
                    sink.flush();
                });
                Httpd httpd = server.connect()) {
            Httpd.Answer answer = httpd.exchange(Httpd.get("/"));
            assertThat(answer.end()).isInstanceOf(Frame.Abort.class);
            assertThat(httpd.isClosedByDaemon()).isTrue();
        }
    }

    @Test
    void shouldKeepWhatComesLateFromTheNextRequest() throws Exception {
        BlockingQueue<Exchange> first = new LinkedBlockingQueue<>();
        BlockingQueue<ResponseSink> sinks = new LinkedBlockingQueue<>();
        try (TestServer server = TestServer.handling(exchange -> {
                    if (first.isEmpty()) {
                        ResponseSink sink = exchange.respond(new ResponseHead(200, Headers.empty(), 0));
                        sink.end(Headers.empty());
                        first.add(exchange);
                        sinks.add(sink);
                        return;
                    }
                    Exchange late = first.element();
                    try {
                        late.inform(103, Headers.empty());
                    } catch (IOException | IllegalStateException e) {
                        seen.add("inform");
                    }
                    try {
                        sinks.element().write(1);
                    } catch (IOException e) {
                        seen.add("write");
                    }
                    if (!late.log(modjvm.spi.LogLevel.INFO, "late")) {
                        seen.add("log");
                    }
                    answer(exchange, new byte[] {'o', 'k'});
                });
                Httpd httpd = server.connect()) {
            assertThat(httpd.exchange(Httpd.get("/")).status()).isEqualTo(200);
            Httpd.Answer second = httpd.exchange(Httpd.get("/"));
            assertThat(second.text()).isEqualTo("ok");
            assertThat(second.frames()).hasSize(3); // head, DATA, END
            assertThat(seen).containsExactly("inform", "write", "log");
        }
    }
}

package modjvm.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import modjvm.GoingAwayException;
import modjvm.Header;
import modjvm.Headers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The order of calls, with an exchange in memory. */
@Timeout(30)
class AbstractExchangeTest {
    private static final ResponseHead HELLO = new ResponseHead(200, Headers.of(List.of(new Header("A", "b"))), 5);

    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private final MemoryExchange exchange = new MemoryExchange(new MemoryRequest("/shop", "/x", "q=1"), body);
    private final List<String> seen = Collections.synchronizedList(new ArrayList<>());

    private static byte[] bytes(String text) {
        return text.getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    }

    private void answer(String text) {
        try {
            ResponseSink sink = exchange.respond(HELLO);
            sink.write(bytes(text));
            sink.end(Headers.empty());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void shouldAnswerOnce() throws IOException {
        assertThat(exchange.isAnswered()).isFalse();
        answer("hello");
        assertThat(exchange.isAnswered()).isTrue();
        assertThat(exchange.isEnded()).isTrue();
        assertThat(exchange.status()).isEqualTo(200);
        assertThat(exchange.fields().first("a")).contains("b");
        assertThat(body).hasToString("hello");
        assertThatIllegalStateException().isThrownBy(() -> exchange.respond(HELLO));
        exchange.fail(500, "too late");
        assertThat(exchange.status()).isEqualTo(200);
        assertThat(exchange.retract()).isFalse();
    }

    @Test
    void shouldTellTheObserverBeforeTheBeginningAndTheEnd() throws IOException {
        exchange.begin(new ExchangeObserver() {
            @Override
            public void responding() {
                seen.add("responding " + exchange.status());
            }

            @Override
            public void ending() {
                seen.add("ending " + exchange.isEnded());
            }
        });
        ResponseSink sink = exchange.respond(HELLO);
        sink.write(bytes("hello"));
        assertThat(seen).containsExactly("responding 0");
        sink.end(Headers.empty());
        assertThat(seen).containsExactly("responding 0", "ending false");
    }

    @Test
    void shouldAnswerAnewWhatIsTakenBack() throws IOException {
        ResponseSink first = exchange.respond(HELLO);
        assertThat(exchange.retract()).isTrue();
        assertThatIOException().isThrownBy(() -> first.write(1)).withMessageContaining("closed");
        first.end(Headers.empty());
        assertThat(exchange.isEnded()).isFalse();
        exchange.respond(new ResponseHead(404, Headers.empty(), 0)).end(Headers.empty());
        assertThat(exchange.status()).isEqualTo(404);
        assertThat(exchange.isEnded()).isTrue();
    }

    @Test
    void shouldFailInPlaceOfTheResponse() throws IOException {
        ResponseSink sink = exchange.respond(HELLO);
        exchange.fail(500, "broken");
        assertThat(exchange.status()).isEqualTo(500);
        assertThat(exchange.failure()).isEqualTo("broken");
        assertThatIOException().isThrownBy(() -> sink.write(1));
    }

    @Test
    void shouldKeepToThePromisedLength() throws IOException {
        ResponseSink sink = exchange.respond(HELLO);
        sink.write(bytes("hell"));
        sink.end(Headers.empty());
        assertThat(exchange.failure()).contains("4 bytes of its Content-Length of 5");
    }

    @Test
    void shouldFailIfMoreIsWrittenThanPromised() throws IOException {
        ResponseSink sink = exchange.respond(HELLO);
        assertThatIOException().isThrownBy(() -> sink.write(bytes("hello!"))).withMessageContaining("Content-Length");
        sink.write(bytes("hello"));
        sink.end(Headers.empty());
        assertThat(exchange.failure()).contains("more than its Content-Length of 5");
    }

    @Test
    void shouldInformBeforeTheResponseOnly() throws IOException {
        exchange.inform(103, Headers.empty());
        assertThatIllegalArgumentException().isThrownBy(() -> exchange.inform(101, Headers.empty()));
        assertThatIllegalArgumentException().isThrownBy(() -> exchange.inform(200, Headers.empty()));
        exchange.respond(HELLO);
        assertThatIllegalStateException().isThrownBy(() -> exchange.inform(103, Headers.empty()));
        assertThat(exchange.interims()).containsExactly(103);
    }

    @Test
    void shouldKnowTheLengthOfAFile(@TempDir Path folder) throws IOException {
        try (FileChannel file = FileChannel.open(Files.writeString(folder.resolve("f"), "hello"))) {
            ResponseHead unknown = new ResponseHead(200, Headers.empty(), ResponseHead.UNKNOWN);
            assertThatIllegalArgumentException().isThrownBy(() -> exchange.respond(unknown, file, 0));
            exchange.respond(HELLO, file, 0);
        }
        assertThat(exchange.status()).isEqualTo(200);
        assertThat(exchange.isEnded()).isTrue();
    }

    @Test
    void shouldUpgradeNoRequestWithABody() throws IOException {
        MemoryExchange post = new MemoryExchange(
                new MemoryRequest("", "/", "").withMethod("POST").withBody(new byte[1]), body);
        assertThatIllegalStateException().isThrownBy(() -> post.upgrade(Headers.empty()));
        assertThatThrownBy(() -> exchange.upgrade(Headers.empty())).isInstanceOf(GoingAwayException.class);
        assertThat(exchange.status()).isEqualTo(101);
        assertThat(exchange.isEnded()).isTrue();
    }

    @Test
    void shouldRunTasksOnTheThreadOfTheExchangeUntilItIsComplete() {
        assertThatIllegalStateException().isThrownBy(() -> exchange.execute(() -> {}));
        assertThatIllegalStateException().isThrownBy(exchange::complete);
        exchange.suspend();
        assertThatIllegalStateException().isThrownBy(exchange::suspend);
        Thread other = new Thread(() -> {
            exchange.execute(() -> note("one"));
            exchange.execute(() -> {
                note("two");
                answer("hello");
            });
            exchange.complete();
            exchange.complete();
        });
        exchange.execute(other::start);
        exchange.awaitCompletion();
        String name = Thread.currentThread().getName();
        assertThat(seen).containsExactly("one " + name, "two " + name);
        assertThat(body).hasToString("hello");
    }

    private void note(String what) {
        seen.add(what + " " + Thread.currentThread().getName());
    }

    @Test
    void shouldThrowWhatATaskThrows() {
        exchange.suspend();
        exchange.execute(() -> {
            throw new IllegalStateException("no stock");
        });
        assertThatIllegalStateException().isThrownBy(exchange::awaitCompletion).withMessage("no stock");
    }

    @Test
    void shouldInterruptWhoServesAndTellOfIt() {
        exchange.onAbort(() -> seen.add("told"));
        assertThat(exchange.isAborted()).isFalse();
        exchange.abort();
        exchange.abort();
        assertThat(exchange.isAborted()).isTrue();
        assertThat(Thread.currentThread().isInterrupted()).isTrue();
        assertThat(seen).containsExactly("told");
        exchange.onAbort(() -> seen.add("told at once"));
        assertThat(seen).containsExactly("told", "told at once");
        exchange.end();
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    @Test
    void shouldEndASuspendedExchangeWhoseClientHasLeft() throws InterruptedException {
        CountDownLatch waits = new CountDownLatch(1);
        exchange.suspend();
        exchange.onAbort(() -> exchange.execute(() -> seen.add("cleaned up")));
        exchange.execute(waits::countDown);
        Thread client = new Thread(() -> {
            try {
                assertThat(waits.await(30, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            exchange.abort();
        });
        client.start();
        exchange.awaitCompletion();
        client.join();
        assertThat(seen).containsExactly("cleaned up");
    }

    @Test
    void shouldNotWaitWhereTheClientHasLeftBefore() {
        exchange.abort();
        exchange.suspend();
        exchange.onAbort(() -> exchange.execute(() -> seen.add("cleaned up")));
        exchange.awaitCompletion();
        assertThat(seen).containsExactly("cleaned up");
    }

    @Test
    void shouldTakeNothingWhenItIsOver() throws IOException {
        ResponseSink sink = exchange.respond(HELLO);
        exchange.end();
        exchange.abort();
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
        assertThatIOException().isThrownBy(() -> sink.write(1));
        MemoryExchange late = new MemoryExchange(new MemoryRequest("", "/", ""), body);
        late.end();
        assertThatIOException().isThrownBy(() -> late.respond(HELLO));
        assertThatIOException().isThrownBy(() -> late.inform(103, Headers.empty()));
        assertThatIOException().isThrownBy(() -> late.fail(500, "late"));
    }
}

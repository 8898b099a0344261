package modjvm.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import sample.Later;

@Timeout(60)
class AsyncTest {
    @AutoClose
    private static Site site;

    private static WebApplication application;

    @BeforeAll
    static void start(@TempDir Path root) throws Exception {
        site = new Site(root).classes(Later.class);
        application = site.start("");
    }

    @BeforeEach
    void hearNothing() {
        System.clearProperty("sample.heard");
    }

    private static String heard() {
        return System.getProperty("sample.heard", "");
    }

    private static void await(Callable<Boolean> condition) throws Exception {
        for (long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30); !condition.call(); ) {
            assertThat(System.nanoTime()).isLessThan(end);
            Thread.onSpinWait();
        }
    }

    @ParameterizedTest
    @CsvSource({"complete, completed", "at-once, at once", "start, started", "dispatch, dispatched"})
    void shouldAnswerWhenTheApplicationDoes(String what, String answer) throws Exception {
        for (int i = 0; i < 50; i++) { // the thread may be faster or slower than the servlet
            FakeExchange exchange = FakeExchange.get("/later?do=" + what).serve(application);

            assertThat(exchange.text()).isEqualTo(answer);
            assertThat(exchange.isWhole()).isTrue();
        }
    }

    @Test
    void shouldTellOfTimeouts() throws Exception {
        FakeExchange exchange = FakeExchange.get("/later?do=timeout").serve(application);

        assertThat(heard()).isEqualTo("timeout complete ");
        assertThat(exchange.text()).isEqualTo("late");
        assertThat(exchange.isWhole()).isTrue();
    }

    @Test
    void shouldTellOfAClientThatLeaves() throws Exception {
        CompletableFuture<FakeExchange> made = new CompletableFuture<>();
        Thread thread = new Thread(() -> {
            try {
                FakeExchange exchange = FakeExchange.get("/later?do=ever");
                made.complete(exchange);
                exchange.serve(application);
            } catch (Exception e) {
                made.completeExceptionally(e);
            }
        });
        thread.start();
        FakeExchange exchange = made.get();
        await(() -> thread.getState() == Thread.State.WAITING);
        exchange.abort();
        thread.join();

        assertThat(heard()).isEqualTo("error complete ");
    }

    @Test
    void shouldCallAReadListenerAsBytesCome() throws Exception {
        PipedOutputStream client = new PipedOutputStream();
        PipedInputStream body = new PipedInputStream(client, 1 << 20);
        FakeExchange exchange = FakeExchange.of("POST", "/later?do=read").stream(body);
        Thread sender = new Thread(() -> {
            try (OutputStream out = client) {
                for (int i = 0; i < 20; i++) {
                    out.write("0123456789".repeat(500).getBytes(StandardCharsets.US_ASCII));
                    out.flush();
                    await(() -> body.available() == 0);
                }
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
        sender.start();
        CompletableFuture<FakeExchange> served = CompletableFuture.supplyAsync(() -> {
            try {
                return FakeExchange.of("POST", "/later?do=read").stream(body).serve(application);
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
        sender.join();

        assertThat(served.get().text()).isEqualTo("0123456789".repeat(10_000) + "|true");
        assertThat(exchange.failure).isEmpty();
    }

    @Test
    void shouldCallAReadListenerForABodyThatHasCome() throws Exception {
        byte[] bytes = "0123456789".repeat(10_000).getBytes(StandardCharsets.US_ASCII);
        for (int i = 0; i < 20; i++) {
            assertThat(FakeExchange.of("POST", "/later?do=read").stream(new ByteArrayInputStream(bytes))
                            .serve(application)
                            .text())
                    .isEqualTo(new String(bytes, StandardCharsets.US_ASCII) + "|true");
        }
        assertThat(FakeExchange.of("POST", "/later?do=read")
                        .body("text/plain", "short")
                        .serve(application)
                        .text())
                .isEqualTo("short|true");
        assertThat(FakeExchange.get("/later?do=read").serve(application).text()).isEqualTo("|false");
    }

    @Test
    void shouldTellAReadListenerOfItsFailure() throws Exception {
        FakeExchange exchange = FakeExchange.of("POST", "/later?do=read-throws")
                .body("text/plain", "short")
                .serve(application);

        assertThat(heard()).isEqualTo("read-error ");
        assertThat(exchange.failure + exchange.status()).contains("500");
    }

    @Test
    void shouldTellAReadListenerOfABodyThatBreaksOff() throws Exception {
        FakeExchange.of("POST", "/later?do=read").stream(new java.io.InputStream() {
                    @Override
                    public int read() throws IOException {
                        throw new IOException("cut off");
                    }
                })
                .serve(application);

        assertThat(heard()).isEqualTo("read-error ");
    }

    @Test
    void shouldNotHaveAWriteListenerWaitForTheClient() throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        CompletableFuture<FakeExchange> served = CompletableFuture.supplyAsync(() -> {
            try {
                FakeExchange exchange = FakeExchange.get("/later?do=write");
                exchange.gate = gate;
                return exchange.serve(application);
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
        await(() -> heard().contains("wait"));
        gate.countDown();

        assertThat(served.get().sent.size()).isEqualTo(1_000_000);
        assertThat(served.get().isWhole()).isTrue();
    }
}

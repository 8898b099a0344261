package modjvm.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import modjvm.spi.Deployment;
import modjvm.spi.MemoryExchange;
import modjvm.spi.MemoryRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Programs that start, and programs that do not. */
@Timeout(60)
class ServerProgramTest {
    private static Deployment run(FakeContext context, Program.Main main) throws Exception {
        return run(context, main, () -> {});
    }

    private static Deployment run(FakeContext context, Program.Main main, Runnable exit) throws Exception {
        return ServerProgram.run(context, main, context.loader(), exit);
    }

    private static MemoryExchange ask(Deployment deployment) throws Exception {
        MemoryExchange exchange = new MemoryExchange(new MemoryRequest("", "/", ""), new ByteArrayOutputStream());
        deployment.handler().handle(exchange);
        return exchange;
    }

    private static void close(Deployment deployment) throws Exception {
        for (AutoCloseable each : deployment.resources()) {
            each.close();
        }
    }

    private static HttpServer listen(int port, Integer... statuses) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        List<Integer> next = new ArrayList<>(List.of(statuses));
        server.createContext("/", exchange -> {
            exchange.sendResponseHeaders(next.size() > 1 ? next.remove(0) : next.get(0), -1);
            exchange.close();
        });
        server.start();
        return server;
    }

    @Test
    void shouldWaitForAProgramToListen() throws Exception {
        FakeContext context = new FakeContext(List.of("--port", "${port}"), Map.of("demo.port", "${port}"));
        AtomicReference<HttpServer> server = new AtomicReference<>();
        CountDownLatch exit = new CountDownLatch(1);

        Deployment deployment = run(
                context,
                arguments -> {
                    assertThat(System.getProperty("demo.port")).isEqualTo(arguments.get(1));
                    Thread.sleep(200);
                    server.set(listen(Integer.parseInt(arguments.get(1)), 204));
                },
                exit::countDown);

        assertThat(ask(deployment).status()).isEqualTo(204);
        server.get().stop(0);
        MemoryExchange late = ask(deployment);
        assertThat(late.status()).isEqualTo(503);
        assertThat(late.failure()).contains("nobody listens on port");
        exit.await(); // the process ends with the program
        assertThat(context.lines()).containsExactly("/srv/program.jar: the program has ended, so this process ends");
        close(deployment);
    }

    @Test
    void shouldWaitUntilAPathIsAnsweredWell() throws Exception {
        FakeContext context = new FakeContext(List.of("${port}"), Map.of("proxy.readinessPath", "/health"));

        Deployment deployment = run(context, arguments -> listen(Integer.parseInt(arguments.get(0)), 503, 404, 200));

        assertThat(ask(deployment).status()).isEqualTo(200);
        close(deployment);
    }

    @Test
    void shouldGiveNothingToAnotherProcess() throws Exception {
        Process neighbour = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Neighbour.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            int port = Integer.parseInt(neighbour.inputReader().readLine());
            TcpAddress address = TcpAddress.of(port);
            assertThat(address.isListening()).isFalse();
            assertThatThrownBy(address::connect)
                    .hasMessage("another process listens on port " + port + ", and gets no request");
        } finally {
            neighbour.destroyForcibly().waitFor();
        }
    }

    /** Listens on any port. */
    static final class Neighbour {
        public static void main(String[] arguments) throws IOException, InterruptedException {
            try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                System.out.println(socket.getLocalPort());
                new CountDownLatch(1).await();
            }
        }
    }

    @Test
    void shouldSayWhyAProgramDoesNotServe() {
        FakeContext context = new FakeContext(List.of("${port}"), Map.of());
        assertThatThrownBy(() -> run(context, arguments -> {}))
                .hasMessageStartingWith(
                        "/srv/program.jar: the program has ended: its main method has returned, no thread");
        assertThatThrownBy(() -> run(context, arguments -> {
                    throw new IllegalStateException("mine");
                }))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("mine");
        assertThatThrownBy(() -> run(new FakeContext(List.of("${port}", "${socket}"), Map.of()), arguments -> {}))
                .hasMessageContaining("at ${port} and at ${socket}; leave one of them out");
        assertThatThrownBy(() -> run(new FakeContext(List.of("${port}"), Map.of("proxy.x", "1")), arguments -> {}))
                .hasMessageContaining("the parameter proxy.x is not known; there is proxy.readinessPath alone");
        assertThatThrownBy(() -> run(
                        new FakeContext(List.of("${port}"), Map.of("proxy.readinessPath", "health")), arguments -> {}))
                .hasMessageContaining("not a path");
    }

    @Test
    void shouldRemoveTheSocketOfAProcessThatWasKilled(@TempDir Path folder) throws Exception {
        UnixAddress killed = UnixAddress.make(folder);
        UnixAddress alive = UnixAddress.make(folder);
        UnixAddress starting = UnixAddress.make(folder);
        listenAt(killed).close();
        try (ServerSocketChannel server = listenAt(alive)) {
            assertThat(server.isOpen()).isTrue();
            for (UnixAddress each : List.of(killed, alive, starting)) {
                Files.setLastModifiedTime(Path.of(each.value()).getParent(), FileTime.fromMillis(0));
            }

            UnixAddress.make(folder);

            assertThat(Path.of(killed.value()).getParent()).doesNotExist();
            assertThat(Path.of(alive.value())).exists();
            assertThat(Path.of(starting.value()).getParent()).exists();
        }
    }

    private static ServerSocketChannel listenAt(UnixAddress address) throws IOException {
        return ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(UnixDomainSocketAddress.of(address.value()));
    }

    @Test
    void shouldSayWhereElseAProgramListens() throws Exception {
        try (ServerSocket elsewhere = new ServerSocket()) {
            FakeContext context = new FakeContext(List.of("${socket}"), Map.of());
            assertThatThrownBy(() -> run(
                            context,
                            arguments -> elsewhere.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))))
                    .hasMessageContaining("it listens on port " + elsewhere.getLocalPort() + ", not at ${socket} (")
                    .hasMessageContaining("pass ${socket} in argument=");
        }
    }
}

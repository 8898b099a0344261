package modjvm.httpserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.BasicAuthenticator;
import com.sun.net.httpserver.Filter;
import com.sun.net.httpserver.HttpContext;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import modjvm.spi.Handler;
import modjvm.spi.MemoryExchange;
import modjvm.spi.MemoryRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Programs whose main makes an HttpServer. */
@Timeout(60)
class ProgramTest {
    private final ByteArrayOutputStream sent = new ByteArrayOutputStream();

    private static Handler deploy(String name, FakeContext context) throws Exception {
        return new MainKind()
                .deploy(
                        MethodHandles.lookup()
                                .findStatic(ProgramTest.class, name, MethodType.methodType(void.class, String[].class)),
                        context)
                .handler();
    }

    /** As the dispatcher does. */
    private static Handler deploy(String name, String... arguments) throws Exception {
        FakeContext context = new FakeContext(Map.of("argument", List.of(arguments)));
        Handler program = deploy(name, context);
        return exchange -> {
            Thread.currentThread().setContextClassLoader(context.loader());
            try {
                program.handle(exchange);
            } finally {
                Thread.currentThread().setContextClassLoader(ProgramTest.class.getClassLoader());
            }
        };
    }

    private MemoryExchange ask(Handler program, String path) throws Exception {
        sent.reset();
        MemoryExchange exchange = new MemoryExchange(new MemoryRequest("/app", path, ""), sent);
        program.handle(exchange);
        exchange.awaitCompletion();
        return exchange;
    }

    private String body() {
        return sent.toString(StandardCharsets.UTF_8);
    }

    private static void answer(com.sun.net.httpserver.HttpExchange http, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        http.sendResponseHeaders(200, bytes.length);
        http.getResponseBody().write(bytes);
        http.close();
    }

    static void paths(String[] arguments) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(8080), 0);
        server.createContext("/", http -> answer(http, "root " + http.getRequestURI()));
        server.createContext("/api", http -> answer(http, arguments[0] + " " + http.getRequestURI()));
        HttpContext gone = server.createContext("/api/gone", http -> answer(http, "gone"));
        server.removeContext(gone);
        assertThatThrownBy(() -> server.createContext("/api", http -> {})).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> server.removeContext("/x")).isInstanceOf(IllegalArgumentException.class);
        assertThat(server.getAddress().getPort()).isEqualTo(8080);
        server.start();
    }

    @Test
    void shouldFindTheLongestContextBelowTheMount() throws Exception {
        Handler program = deploy("paths", "--name=a b");
        ask(program, "");
        assertThat(body()).isEqualTo("root /");
        ask(program, "/other");
        assertThat(body()).isEqualTo("root /other");
        ask(program, "/api/x");
        assertThat(body()).isEqualTo("--name=a b /api/x");
        ask(program, "/apis");
        assertThat(body()).isEqualTo("--name=a b /apis"); // letter by letter, as in the JDK
        ask(program, "/api/gone");
        assertThat(body()).isEqualTo("--name=a b /api/gone");
    }

    static void guarded(String[] arguments) throws IOException {
        HttpServer server = HttpServer.create();
        server.bind(new InetSocketAddress(0), 0);
        HttpContext context = server.createContext("/a");
        context.setHandler(http -> answer(http, http.getPrincipal().getUsername() + http.getAttribute("seen")));
        context.getAttributes().put("seen", " of the context");
        context.getFilters().add(Filter.beforeHandler("marks", http -> {
            if (http.getRequestURI().getPath().endsWith("own")) {
                http.setAttribute("seen", " of the exchange");
            }
        }));
        context.setAuthenticator(new BasicAuthenticator("place") {
            @Override
            public boolean checkCredentials(String user, String password) {
                return user.equals("ada");
            }

            @Override
            public Result authenticate(com.sun.net.httpserver.HttpExchange http) {
                return http.getRequestURI().getPath().contains("open")
                        ? new Success(new com.sun.net.httpserver.HttpPrincipal("ada", "place"))
                        : super.authenticate(http);
            }
        });
        server.start();
    }

    @Test
    void shouldCallAuthenticatorFiltersAndHandler() throws Exception {
        Handler program = deploy("guarded");
        MemoryExchange refused = ask(program, "/a/secret");
        assertThat(refused.status()).isEqualTo(401);
        assertThat(refused.fields().first("WWW-Authenticate").orElse("")).contains("Basic realm=\"place\"");
        ask(program, "/a/open/own");
        assertThat(body()).isEqualTo("ada of the exchange");
        ask(program, "/a/open");
        assertThat(body()).isEqualTo("ada of the context");
        MemoryExchange none = ask(program, "/b");
        assertThat(none.status()).isEqualTo(404);
        assertThat(body()).contains("No context found for request");
    }

    private static final ExecutorService EXECUTOR =
            Executors.newSingleThreadExecutor(task -> new Thread(task, "the program's own"));

    static void threaded(String[] arguments) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(80), 0);
        server.setExecutor(EXECUTOR);
        server.createContext("/", http -> {
            if (http.getRequestURI().getPath().equals("/throws")) {
                throw new IOException("mine");
            }
            if (http.getRequestURI().getPath().equals("/stop")) {
                EXECUTOR.shutdown();
            }
            answer(http, Thread.currentThread().getName());
        });
        server.start();
    }

    @Test
    void shouldServeOnTheThreadsOfTheProgram() throws Exception {
        Handler program = deploy("threaded");
        ask(program, "/");
        assertThat(body()).isEqualTo("the program's own");
        assertThatThrownBy(() -> ask(program, "/throws"))
                .isInstanceOf(IOException.class)
                .hasMessage("mine");
        ask(program, "/stop");
        MemoryExchange refused = ask(program, "/");
        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.failure()).contains("takes no more");
    }

    static void restarting(String[] arguments) throws IOException {
        HttpServer first = HttpServer.create(new InetSocketAddress(80), 0);
        first.createContext("/", http -> {
            first.stop(0);
            HttpServer second = HttpServer.create(new InetSocketAddress(80), 0);
            second.createContext("/", again -> {
                answer(again, "second");
                second.stop(0);
            });
            second.start();
            answer(http, "first");
        });
        first.start();
    }

    @Test
    void shouldLetTheProgramStopItsServerAndStartAnother() throws Exception {
        Handler program = deploy("restarting");
        ask(program, "/");
        assertThat(body()).isEqualTo("first");
        ask(program, "/");
        assertThat(body()).isEqualTo("second");
        assertThat(ask(program, "/").failure()).isEqualTo("the program has stopped its HttpServer");
    }

    static void two(String[] arguments) throws IOException {
        HttpServer first = HttpServer.create(new InetSocketAddress(80), 0);
        first.createContext("/", http -> answer(http, "first"));
        HttpServer second = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        assertThat(second).isNotInstanceOf(ExchangeServer.class);
        second.start();
        second.stop(0);
        first.start();
    }

    @Test
    void shouldLeaveASecondServerToTheJdk() throws Exception {
        FakeContext context = new FakeContext(Map.of());
        ask(deploy("two", context), "/");
        assertThat(body()).isEqualTo("first");
        assertThat(context.lines).singleElement().asString().contains("its second HttpServer listens on");
    }

    @Test
    void shouldLeaveTheServersOfOthersToTheJdk() throws Exception {
        deploy("paths", "x");
        HttpServer other = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        assertThat(other).isNotInstanceOf(ExchangeServer.class);
        other.stop(0);
    }

    static void returns(String[] arguments) {}

    static void fails(String[] arguments) {
        throw new IllegalStateException("mine");
    }

    @Test
    void shouldSayWhyAProgramCannotServe() {
        assertThatThrownBy(() -> deploy("returns"))
                .hasMessageStartingWith(
                        "/srv/program.jar: main has returned and made no com.sun.net.httpserver.HttpServer;");
        assertThatThrownBy(() -> deploy("fails"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("mine");
        FakeContext context = new FakeContext(Map.of());
        assertThatThrownBy(() -> {
                    deploy("paths", context);
                    deploy("paths", context);
                })
                .hasMessageContaining("another program of the same application group");
    }
}

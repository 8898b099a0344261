package modjvm.httpserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.UriInfo;
import java.io.ByteArrayOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import modjvm.Header;
import modjvm.spi.Handler;
import modjvm.spi.MemoryExchange;
import modjvm.spi.MemoryRequest;
import org.glassfish.jersey.server.ContainerFactory;
import org.glassfish.jersey.server.ResourceConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An HttpHandler at a mount. */
@Timeout(60)
class HandlerTest {
    private final ByteArrayOutputStream sent = new ByteArrayOutputStream();

    private MemoryExchange serve(MemoryRequest request, HttpHandler handler) throws Exception {
        return ask(
                request,
                new HandlerKind().deploy(handler, new FakeContext(Map.of())).handler());
    }

    private MemoryExchange ask(MemoryRequest request, Handler handler) throws Exception {
        MemoryExchange exchange = new MemoryExchange(request, sent);
        handler.handle(exchange);
        exchange.awaitCompletion();
        return exchange;
    }

    private MemoryExchange get(HttpHandler handler) throws Exception {
        return serve(new MemoryRequest("/app", "/x y", "a=|"), handler);
    }

    private String body() {
        return sent.toString(StandardCharsets.UTF_8);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void shouldTellTheRequest() throws Exception {
        MemoryRequest request =
                new MemoryRequest("/app", "/x y", "a=|").withMethod("POST").withBody(bytes("upload"));
        serve(request, exchange -> {
            assertThat(exchange.getRequestMethod()).isEqualTo("POST");
            assertThat(exchange.getRequestURI()).hasToString("/app/x%20y?a=%7C");
            assertThat(exchange.getRequestURI().getPath()).isEqualTo("/app/x y");
            assertThat(exchange.getHttpContext().getPath()).isEqualTo("/app");
            assertThat(exchange.getRequestHeaders().getFirst("host")).isEqualTo("localhost");
            assertThat(exchange.getProtocol()).isEqualTo("HTTP/1.1");
            assertThat(exchange.getRemoteAddress().getAddress().isLoopbackAddress())
                    .isTrue();
            assertThat(exchange.getLocalAddress().getPort()).isEqualTo(80);
            assertThat(exchange.getResponseCode()).isEqualTo(-1);
            assertThat(exchange.getPrincipal()).isNull();
            assertThat(exchange.getRequestBody().readAllBytes()).isEqualTo(bytes("upload"));
            exchange.sendResponseHeaders(200, -1);
        });
    }

    @Test
    void shouldSendABodyOfKnownLengthThatNobodyCloses() throws Exception {
        MemoryExchange exchange = get(http -> {
            http.getResponseHeaders().add("X-Two", "1");
            http.getResponseHeaders().add("X-Two", "2");
            http.sendResponseHeaders(201, 4);
            http.getResponseBody().write(bytes("body"));
        });
        assertThat(exchange.status()).isEqualTo(201);
        assertThat(exchange.fields()).containsExactly(new Header("X-two", "1"), new Header("X-two", "2"));
        assertThat(body()).isEqualTo("body");
        assertThat(exchange.isEnded()).isTrue();
    }

    @Test
    void shouldSendABodyOfUnknownLength() throws Exception {
        MemoryExchange exchange = get(http -> {
            http.sendResponseHeaders(200, 0);
            try (OutputStream out = http.getResponseBody()) {
                out.write(bytes("a"));
                out.flush();
                out.write(bytes("b"));
            }
        });
        assertThat(body()).isEqualTo("ab");
        assertThat(exchange.isEnded()).isTrue();
    }

    @Test
    void shouldSendNoBodyForALengthOfMinusOne() throws Exception {
        MemoryExchange exchange = get(http -> {
            http.sendResponseHeaders(403, -1);
            assertThatThrownBy(() -> http.getResponseBody().write(1)).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> http.sendResponseHeaders(200, -1)).hasMessage("headers already sent");
        });
        assertThat(exchange.status()).isEqualTo(403);
        assertThat(exchange.isEnded()).isTrue();
    }

    @Test
    void shouldDropTheBodyInAnswerToHead() throws Exception {
        MemoryExchange exchange = serve(new MemoryRequest("", "/", "").withMethod("HEAD"), http -> {
            http.sendResponseHeaders(200, 4);
            http.getResponseBody().write(bytes("body"));
        });
        assertThat(exchange.status()).isEqualTo(200);
        assertThat(exchange.isEnded()).isTrue();
        assertThat(body()).isEmpty();
    }

    @Test
    void shouldRefuseABodyBeforeTheHeadersAndOneThatIsTooLong() throws Exception {
        get(http -> {
            assertThatThrownBy(() -> http.getResponseBody().write(1)).hasMessage("response headers not sent yet");
            http.sendResponseHeaders(200, 2);
            assertThatThrownBy(() -> http.getResponseBody().write(bytes("abc")))
                    .hasMessage("too many bytes to write to stream");
            http.getResponseBody().write(bytes("ab"));
        });
        assertThat(body()).isEqualTo("ab");
    }

    @Test
    void shouldFailForABodyThatIsTooShort() throws Exception {
        MemoryExchange exchange = get(http -> {
            http.sendResponseHeaders(200, 3);
            http.close();
        });
        assertThat(exchange.failure()).contains("0 bytes of its Content-Length of 3");
    }

    @Test
    void shouldSendInterimResponses() throws Exception {
        assertThat(get(http -> {
                            http.sendResponseHeaders(103, -1);
                            http.sendResponseHeaders(200, -1);
                        })
                        .interims())
                .containsExactly(103);
    }

    @Test
    void shouldLetStreamsBeWrapped() throws Exception {
        get(http -> {
            http.setStreams(null, new FilterOutputStream(http.getResponseBody()) {
                @Override
                public void write(int octet) throws IOException {
                    super.write(Character.toUpperCase(octet));
                }
            });
            http.sendResponseHeaders(200, 0);
            http.getResponseBody().write(bytes("loud"));
            http.close();
        });
        assertThat(body()).isEqualTo("LOUD");
    }

    @Test
    void shouldGoOnAfterTheHandlerHasReturned() throws Exception {
        BlockingQueue<HttpExchange> handed = new ArrayBlockingQueue<>(1);
        Thread other = new Thread(() -> {
            try {
                HttpExchange http = handed.take();
                http.sendResponseHeaders(200, 0);
                http.getResponseBody().write(bytes("later"));
                http.close();
            } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        MemoryExchange exchange = get(http -> {
            handed.add(http);
            other.start();
        });
        assertThat(exchange.isEnded()).isTrue();
        assertThat(body()).isEqualTo("later");
    }

    @Test
    void shouldFailIfTheHandlerClosesWithoutAResponse() throws Exception {
        assertThat(get(HttpExchange::close).failure()).contains("closed the exchange without a response");
    }

    @Test
    void shouldRefuseOptions() {
        assertThatThrownBy(() -> new HandlerKind()
                        .deploy((HttpHandler) http -> {}, new FakeContext(Map.of("argument", List.of("x")))))
                .hasMessage("/srv/program.jar: argument= means nothing to an application of this kind; leave it out");
    }

    /** A resource of Jersey's. */
    @Path("items")
    public static final class Items {
        @GET
        @Path("{name}")
        public String item(@PathParam("name") String name, @Context UriInfo uri) {
            return name + " of " + uri.getBaseUri().getPath();
        }
    }

    @Test
    void shouldServeJersey() throws Exception {
        HttpHandler jersey = ContainerFactory.createContainer(HttpHandler.class, new ResourceConfig(Items.class));
        MemoryExchange exchange = serve(new MemoryRequest("/shop", "/items/a b", ""), jersey);
        assertThat(exchange.failure()).isEmpty();
        assertThat(body()).isEqualTo("a b of /shop/");
        assertThat(serve(new MemoryRequest("/shop", "/none", ""), jersey).status())
                .isEqualTo(404);
    }
}

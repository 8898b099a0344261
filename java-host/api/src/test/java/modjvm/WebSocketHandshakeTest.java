package modjvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class WebSocketHandshakeTest {
    private static final WebSocketOptions DEFAULTS = WebSocketOptions.defaults();
    private static final WebSocketHandler IDLE = socket -> {};

    static List<Arguments> refusals() {
        List<Arguments> all = new ArrayList<>();
        refusal(all, "a POST", 405, "A WebSocket is opened by GET.", r -> r.method = "POST");
        refusal(all, "a HEAD", 405, "A WebSocket is opened by GET.", r -> r.method = "HEAD");
        String none = "This is a WebSocket; the request does not ask for one.";
        refusal(all, "a page's request", 400, none, r -> r.headers = Headers.of(List.of(new Header("Host", "a"))));
        refusal(all, "another upgrade", 400, none, r -> replace(r, "Upgrade", "h2c"));
        refusal(all, "no upgrade", 400, none, r -> replace(r, "Connection", "keep-alive"));
        refusal(all, "HTTP/1.0", 400, none, r -> r.protocol = "HTTP/1.0");
        String version = "The version of the WebSocket protocol is not 13.";
        refusal(all, "an older version", 426, version, r -> replace(r, "Sec-WebSocket-Version", "8"));
        refusal(all, "several versions", 426, version, r -> replace(r, "Sec-WebSocket-Version", "13, 8"));
        refusal(all, "no version", 426, version, r -> remove(r, "Sec-WebSocket-Version"));
        String key = "Sec-WebSocket-Key is not 16 bytes in Base64.";
        refusal(all, "no key", 400, key, r -> remove(r, "Sec-WebSocket-Key"));
        refusal(all, "a short key", 400, key, r -> replace(r, "Sec-WebSocket-Key", "AAAAAAAAAAAAAAAAAAAA"));
        refusal(all, "a long key", 400, key, r -> replace(r, "Sec-WebSocket-Key", "AAAAAAAAAAAAAAAAAAAAAAAA"));
        refusal(all, "a key in no Base64", 400, key, r -> replace(r, "Sec-WebSocket-Key", "!GhlIHNhbXBsZSBub25jZQ=="));
        refusal(all, "two keys", 400, key, r -> r.addHeader("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="));
        String body = "A request for a WebSocket has no body.";
        refusal(all, "a body", 400, body, r -> r.contentLength = OptionalLong.of(1));
        refusal(all, "a body in chunks", 400, body, r -> r.addHeader("Transfer-Encoding", "chunked"));
        String page = "This WebSocket is not for pages of that origin.";
        refusal(all, "a page of another site", 403, page, r -> r.addHeader("Origin", "https://evil.example"));
        return all;
    }

    @ParameterizedTest
    @MethodSource("refusals")
    void shouldRefuse(Consumer<StubRequest> change, int status, String text) {
        StubRequest request = request();
        change.accept(request);
        Response response = WebSocket.accept(request, IDLE);

        assertThat(response.status()).isEqualTo(status);
        assertThat(response.headers().contains("Upgrade")).isFalse();
        assertThat(response.headers().all("Allow")).isEqualTo(status == 405 ? List.of("GET") : List.of());
        assertThat(response.headers().all("Sec-WebSocket-Version"))
                .isEqualTo(status == 426 ? List.of("13") : List.of());
        assertThat(new String(((Body.Bytes) response.body()).bytes(), StandardCharsets.UTF_8))
                .isEqualTo(text + "\n");
    }

    /** The example of RFC 6455, section 1.3. */
    @Test
    void shouldProveThatItHasReadTheKey() {
        Response response = WebSocket.accept(request(), IDLE);

        assertThat(response.status()).isEqualTo(101);
        assertThat(response.headers())
                .containsExactly(
                        new Header("Upgrade", "websocket"),
                        new Header("Sec-WebSocket-Accept", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
    }

    @Test
    void shouldReadHeadersAsBrowsersSendThem() {
        StubRequest request = request();
        replace(request, "Upgrade", "WebSocket");
        replace(request, "Connection", "keep-alive, Upgrade");
        request.addHeader("Sec-WebSocket-Extensions", "permessage-deflate; client_max_window_bits");
        request.contentLength = OptionalLong.of(0);
        Response response = WebSocket.accept(request, IDLE);

        assertThat(response.status()).isEqualTo(101);
        assertThat(response.headers().contains("Sec-WebSocket-Extensions")).isFalse();
    }

    @Test
    void shouldKeepTheContract() throws Exception {
        assertThat(Lint.wrap(checked -> WebSocket.accept(checked, IDLE))
                        .handle(request())
                        .status())
                .isEqualTo(101);
    }

    @ParameterizedTest
    @CsvSource({
        "https, example.org, https://example.org, true",
        "https, example.org, HTTPS://EXAMPLE.ORG, true",
        "https, Example.org:443, https://example.org, true",
        "https, example.org, https://example.org:443, true",
        "http, example.org:80, http://example.org, true",
        "http, example.org:8080, http://example.org:8080, true",
        "http, '[::1]:80', 'http://[::1]', true",
        "http, example.org, https://example.org, true",
        "https, example.org, http://example.org, false",
        "http, example.org, http://example.org:8080, false",
        "http, example.org:8080, http://example.org, false",
        "https, example.org, https://evil.example, false",
        "https, example.org, https://example.org.evil.example, false",
        "https, example.org, https://evil.example/example.org, false",
        "https, example.org, https://evil@example.org, false",
        "https, example.org, 'https://example.org, https://evil.example', false",
        "https, example.org, example.org, false",
        "https, example.org, app://example.org, false",
        "https, example.org, null, false",
        "https, example.org, '', false",
    })
    void shouldLetPagesOfItsOwnHostConnectAlone(String scheme, String host, String origin, boolean isAllowed) {
        StubRequest request = request();
        request.scheme = scheme;
        replace(request, "Host", host);
        request.addHeader("Origin", origin);

        assertThat(WebSocket.accept(request, IDLE).status()).isEqualTo(isAllowed ? 101 : 403);
    }

    @Test
    void shouldLetNoPageConnectWithoutAHost() {
        StubRequest request = request();
        remove(request, "Host");
        assertThat(WebSocket.accept(request, IDLE).status()).isEqualTo(101);

        request.addHeader("Origin", "https://example.org");
        assertThat(WebSocket.accept(request, IDLE).status()).isEqualTo(403);
    }

    @ParameterizedTest
    @CsvSource({
        "https://a.example, true",
        "HTTPS://A.EXAMPLE, true",
        "app://b, true",
        "https://example.org, false",
        "http://a.example, false",
        "null, false"
    })
    void shouldLetPagesOfNamedOriginsConnectAlone(String origin, boolean isAllowed) {
        StubRequest request = request();
        request.addHeader("Origin", origin);
        WebSocketOptions options = DEFAULTS.withAllowedOrigins("https://A.example", "app://b");

        assertThat(WebSocket.accept(request, options, IDLE).status()).isEqualTo(isAllowed ? 101 : 403);
        assertThat(WebSocket.accept(request(), options, IDLE).status()).isEqualTo(101);
        assertThat(WebSocket.accept(request, DEFAULTS.withAllowedOrigins("*"), IDLE)
                        .status())
                .isEqualTo(101);
    }

    @ParameterizedTest
    @CsvSource({"'b, a', a", "b, b", "'A, c', ''", "'', ''"})
    void shouldSpeakThePreferredSubprotocolOfThoseOffered(String offered, String spoken) throws Exception {
        StubRequest request = request();
        request.addHeader("Sec-WebSocket-Protocol", offered);
        List<String> heard = new ArrayList<>();
        Response response = WebSocket.accept(
                request,
                DEFAULTS.withSubprotocols("a", "b"),
                socket -> heard.add(socket.subprotocol().orElse("")));
        ((Body.Upgrade) response.body())
                .handler()
                .handle(InputStream.nullInputStream(), OutputStream.nullOutputStream());

        assertThat(response.headers().first("Sec-WebSocket-Protocol").orElse(""))
                .isEqualTo(spoken);
        assertThat(heard).containsExactly(spoken);
    }

    @Test
    void shouldHaveOptionsWithDefaults() {
        assertThat(DEFAULTS.maxMessageBytes()).isEqualTo(1024 * 1024);
        assertThat(DEFAULTS.subprotocols()).isEmpty();
        assertThat(DEFAULTS.allowedOrigins()).isEmpty();
        assertThat(DEFAULTS.closeTimeout()).isEqualTo(Duration.ofSeconds(5));
    }

    @Test
    void shouldChangeACopyOfOptions() {
        WebSocketOptions options = DEFAULTS.withMaxMessageBytes(5)
                .withSubprotocols("a")
                .withAllowedOrigins("https://A")
                .withCloseTimeout(Duration.ZERO);

        assertThat(options.maxMessageBytes()).isEqualTo(5);
        assertThat(options.subprotocols()).containsExactly("a");
        assertThat(options.allowedOrigins()).containsExactly("https://a");
        assertThat(options.closeTimeout()).isEqualTo(Duration.ZERO);
        assertThat(DEFAULTS.subprotocols()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "example.org", "https://example.org/", "https://", "**", "https://*/"})
    void shouldRejectWhatIsNoOrigin(String origin) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DEFAULTS.withAllowedOrigins(origin))
                .withMessageContaining("\"" + origin + "\"");
    }

    @Test
    void shouldRejectOptionsOutOfRange() {
        assertThatIllegalArgumentException().isThrownBy(() -> DEFAULTS.withMaxMessageBytes(0));
        assertThatIllegalArgumentException().isThrownBy(() -> DEFAULTS.withMaxMessageBytes(Integer.MAX_VALUE));
        assertThatIllegalArgumentException().isThrownBy(() -> DEFAULTS.withSubprotocols("a b"));
        assertThatIllegalArgumentException().isThrownBy(() -> DEFAULTS.withCloseTimeout(Duration.ofMillis(-1)));
        assertThatIllegalArgumentException().isThrownBy(() -> DEFAULTS.withCloseTimeout(Duration.ofHours(2)));
        assertThatNullPointerException().isThrownBy(() -> WebSocket.accept(request(), null));
        assertThatNullPointerException().isThrownBy(() -> WebSocket.accept(request(), null, IDLE));
        assertThatNullPointerException().isThrownBy(() -> WebSocket.accept(null, IDLE));
    }

    private static StubRequest request() {
        return StubRequest.forWebSocket();
    }

    private static void remove(StubRequest request, String name) {
        List<Header> list = new ArrayList<>();
        request.headers.forEach(list::add);
        list.removeIf(header -> header.name().equals(name));
        request.headers = Headers.of(list);
    }

    private static void replace(StubRequest request, String name, String value) {
        remove(request, name);
        request.addHeader(name, value);
    }

    private static void refusal(
            List<Arguments> all, String what, int status, String text, Consumer<StubRequest> change) {
        all.add(Arguments.of(Named.of(what, change), status, text));
    }
}

package modjvm.application;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import modjvm.Header;
import modjvm.Request;
import modjvm.Response;
import modjvm.protocol.Frame;
import modjvm.protocol.HttpdCodec;
import modjvm.wire.Httpd;
import modjvm.wire.TestServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class ServerRequestTest {
    /** The request as the application sees it; it stays readable. */
    private static Request see(HttpdCodec.RequestBuilder builder) throws IOException {
        BlockingQueue<Request> seen = new ArrayBlockingQueue<>(1);
        try (TestServer server = TestServer.serving(request -> {
                    seen.add(request);
                    return Response.status(204);
                });
                Httpd httpd = server.connect()) {
            assertThat(httpd.exchange(builder).status()).isEqualTo(204);
        }
        return seen.remove();
    }

    @Test
    void shouldSayWhatHttpdSaid() throws IOException {
        Request request = see(Httpd.get("/p/\u00c3\u00a9") // é in UTF-8
                .with("target", "/shop/p/%C3%A9?a=%20&b=\u00e9")
                .with("script-name", "/shop")
                .with("query", "a=%20&b=\u00e9")
                .with("scheme", "https")
                .with("user", "j\u00c3\u00bcrgen")
                .with("log-id", "ID1")
                .withPorts(443, 54321)
                .withHeader("X-Test", "\u00e9")
                .withHeader("x-test", ""));
        assertThat(request.method()).isEqualTo("GET");
        assertThat(request.target()).isEqualTo("/shop/p/%C3%A9?a=%20&b=\u00e9");
        assertThat(request.scriptName()).isEqualTo("/shop");
        assertThat(request.pathInfo()).isEqualTo("/p/\u00e9");
        assertThat(request.query()).isEqualTo("a=%20&b=\u00e9");
        assertThat(request.protocol()).isEqualTo("HTTP/1.1");
        assertThat(request.scheme()).isEqualTo("https");
        assertThat(request.remoteUser()).contains("j\u00fcrgen");
        assertThat(request.remoteAddress()).isEqualTo("127.0.0.2");
        assertThat(request.remotePort()).isEqualTo(54321);
        assertThat(request.logId()).isEqualTo("ID1");
        assertThat(request.contentLength()).isEmpty();
        assertThat(request.headers()).containsExactly(new Header("X-Test", "\u00e9"), new Header("x-test", ""));
        assertThat(request.headers()).isSameAs(request.headers());
        assertThat(request.environ()).isSameAs(request.environ());
        assertThat(see(Httpd.get("")).remoteUser()).isEqualTo(Optional.empty());
    }

    @ParameterizedTest
    @ValueSource(strings = {"script-name", "path-info", "user"})
    void shouldAnswer400WhereTextIsNotUtf8(String field) throws IOException {
        try (TestServer server = TestServer.serving(request -> Response.text("ok"));
                Httpd httpd = server.connect()) {
            // A lone byte, an overlong slash, a surrogate, a cut-off character.
            for (String malformed : List.of("\u00e9", "/\u00c0\u00af", "/\u00ed\u00a0\u0080", "/\u00c3")) {
                Httpd.Answer answer = httpd.exchange(Httpd.get("/").with(field, malformed));
                assertThat(answer.head()).isInstanceOf(Frame.Failed.class);
                assertThat(answer.status()).isEqualTo(400);
            }
            assertThat(httpd.exchange(Httpd.get("/")).text()).isEqualTo("ok");
        }
    }

    @Test
    void shouldMakeSpacesOfControlCharactersInHeaders() throws IOException {
        Request request = see(Httpd.get("/").withHeader("X-Test", "a\u0001b\u007f\tc"));
        assertThat(request.headers().first("X-Test")).contains("a b \tc");
    }

    @Test
    void shouldMakeTheVariablesOfCgi() throws IOException {
        Map<String, String> environ = see(Httpd.get("/p")
                        .with("target", "/app/p?q=1")
                        .with("query", "q=1")
                        .with("method", "POST")
                        .with("user", "alice")
                        .with("auth-type", "Basic")
                        .withPorts(8080, 54321)
                        .withHeader("Content-Type", "text/plain")
                        .withHeader("Content-Length", "0")
                        .withHeader("Accept-Language", "de")
                        .withHeader("X-Multi", "a")
                        .withHeader("x-multi", "b")
                        .withHeader("Cookie", "a=1")
                        .withHeader("Cookie", "b=2")
                        .withHeader("X_Under", "left out")
                        .withHeader("X.Dot", "left out")
                        .withHeader("Proxy", "http://evil.example/")
                        .withHeader("Proxy-Authorization", "Basic x")
                        .withHeader("Authorization", "Basic y")
                        .withVariable("SERVER_SOFTWARE", "Apache")
                        .withVariable("HTTP_X_MULTI", "of the administrator")
                        .withVariable("HTTP_PROXY", "set")
                        .withVariable("REQUEST_METHOD", "set")
                        .withVariable("LATIN", "\u00e9")
                        .withVariable("SSL_CLIENT_S_DN", "CN=J\u00c3\u00bcrgen"))
                .environ();
        assertThat(environ)
                .containsOnly(
                        Map.entry("SERVER_SOFTWARE", "Apache"),
                        Map.entry("LATIN", "\u00e9"),
                        Map.entry("SSL_CLIENT_S_DN", "CN=J\u00fcrgen"),
                        Map.entry("CONTENT_TYPE", "text/plain"),
                        Map.entry("CONTENT_LENGTH", "0"),
                        Map.entry("HTTP_ACCEPT_LANGUAGE", "de"),
                        Map.entry("HTTP_X_MULTI", "a, b"),
                        Map.entry("HTTP_COOKIE", "a=1; b=2"),
                        Map.entry("HTTP_AUTHORIZATION", "Basic y"),
                        Map.entry("GATEWAY_INTERFACE", "CGI/1.1"),
                        Map.entry("REQUEST_METHOD", "POST"),
                        Map.entry("REQUEST_URI", "/app/p?q=1"),
                        Map.entry("REQUEST_SCHEME", "http"),
                        Map.entry("SCRIPT_NAME", "/app"),
                        Map.entry("PATH_INFO", "/p"),
                        Map.entry("QUERY_STRING", "q=1"),
                        Map.entry("SERVER_PROTOCOL", "HTTP/1.1"),
                        Map.entry("SERVER_NAME", "localhost"),
                        Map.entry("SERVER_ADDR", "127.0.0.1"),
                        Map.entry("SERVER_PORT", "8080"),
                        Map.entry("REMOTE_ADDR", "127.0.0.2"),
                        Map.entry("REMOTE_PORT", "54321"),
                        Map.entry("REMOTE_USER", "alice"),
                        Map.entry("AUTH_TYPE", "Basic"));
        assertThatThrownBy(() -> environ.put("A", "b")).isInstanceOf(UnsupportedOperationException.class);
        assertThat(see(Httpd.get("/")).environ())
                .doesNotContainKeys("REMOTE_USER", "AUTH_TYPE", "CONTENT_TYPE", "CONTENT_LENGTH");
    }
}

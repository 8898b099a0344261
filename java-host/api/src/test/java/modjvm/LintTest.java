package modjvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class LintTest {
    private static final Application READING = request -> {
        request.body().readAllBytes();
        return Response.text("read");
    };

    /** Ways to break rules of the server's side. */
    static List<Arguments> requests() {
        List<Arguments> all = new ArrayList<>();
        request(all, "request.method", "a method that is no token", r -> r.method = "GET /");
        request(all, "request.method", "no method", r -> r.method = null);
        request(all, "request.target", "an empty target", r -> r.target = "");
        request(all, "request.target", "a target of two lines", r -> r.target = "/a\nb");
        request(all, "request.scriptName", "a mount without a slash", r -> r.scriptName = "shop");
        request(all, "request.scriptName", "a slash for the root", r -> r.scriptName = "/");
        request(all, "request.pathInfo", "a path without a slash", r -> r.pathInfo = "a");
        request(all, "request.pathInfo", "no path", r -> r.pathInfo = null);
        request(all, "request.query", "no query", r -> r.query = null);
        request(all, "request.protocol", "another protocol", r -> r.protocol = "FTP/1.0");
        request(all, "request.scheme", "another scheme", r -> r.scheme = "ftp");
        request(all, "request.headers", "no headers", r -> r.headers = null);
        request(all, "request.headers", "credentials for a proxy", r -> r.addHeader("proxy-authorization", "x"));
        request(all, "request.headers", "the header Proxy", r -> r.addHeader("Proxy", "x"));
        request(all, "request.contentLength", "no length", r -> r.contentLength = null);
        request(all, "request.contentLength", "a negative length", r -> r.contentLength = OptionalLong.of(-1));
        request(all, "request.body", "no body", r -> r.bodies = () -> null);
        request(
                all,
                "request.body",
                "another body each time",
                r -> r.bodies = () -> new ByteArrayInputStream(new byte[5]));
        request(all, "request.remoteUser", "no user", r -> r.remoteUser = null);
        request(all, "request.remoteUser", "an empty user", r -> r.remoteUser = Optional.of(""));
        request(all, "request.remoteAddress", "a name for an address", r -> r.remoteAddress = "localhost");
        request(all, "request.remotePort", "a port out of range", r -> r.remotePort = 65536);
        request(all, "request.logId", "no log id", r -> r.logId = null);
        request(all, "request.environ", "no environ", r -> r.environ = null);
        request(all, "request.environ", "an environ that can be changed", r -> r.environ = r.variables);
        request(all, "request.environ", "a null in environ", r -> r.variables.put("A", null));
        request(all, "request.environ", "a nameless variable", r -> r.variables.put("", "x"));
        for (String name : List.of(
                "GATEWAY_INTERFACE",
                "REQUEST_METHOD",
                "REQUEST_URI",
                "REQUEST_SCHEME",
                "SCRIPT_NAME",
                "PATH_INFO",
                "QUERY_STRING",
                "SERVER_PROTOCOL",
                "REMOTE_ADDR",
                "REMOTE_PORT",
                "REMOTE_USER",
                "CONTENT_TYPE",
                "CONTENT_LENGTH")) {
            request(all, "environ." + name, "no " + name, r -> r.variables.remove(name));
            request(all, "environ." + name, "another " + name, r -> r.variables.put(name, "another"));
        }
        for (String name : List.of("SERVER_SOFTWARE", "SERVER_NAME", "SERVER_ADDR", "SERVER_PORT")) {
            request(all, "environ." + name, "no " + name, r -> r.variables.remove(name));
            request(all, "environ." + name, "an empty " + name, r -> r.variables.put(name, ""));
        }
        request(all, "environ.SERVER_ADDR", "a name for an address", r -> r.variables.put("SERVER_ADDR", "a.example"));
        request(all, "environ.SERVER_PORT", "a service for a port", r -> r.variables.put("SERVER_PORT", "https"));
        request(all, "environ.AUTH_TYPE", "an empty AUTH_TYPE", r -> r.variables.put("AUTH_TYPE", ""));
        request(all, "environ.HTTP_*", "a header without variable", r -> r.addHeader("X-Forgotten", "1"));
        request(all, "environ.HTTP_*", "half a header", r -> r.variables.put("HTTP_ACCEPT", "text/html"));
        request(all, "environ.HTTP_PROXY", "httpoxy", r -> r.variables.put("HTTP_PROXY", "http://evil.example"));
        request(all, "body.read", "a read of nothing", r -> r.body = reading(0));
        request(all, "body.read", "a read of too much", r -> r.body = reading(1 << 20));
        request(all, "body.length", "a body that is too short", r -> r.contentLength = OptionalLong.of(6));
        request(all, "body.length", "a body that is too long", r -> r.contentLength = OptionalLong.of(4));
        return all;
    }

    /** Ways to break rules of the application's side. */
    static List<Arguments> applications() {
        List<Arguments> all = new ArrayList<>();
        application(all, "response.returned", "null", request -> null);
        response(
                all,
                "response.contentType",
                "bytes of no type",
                Response.status(200).withBody(bytes(1)));
        response(all, "response.contentLength", "no number", length(Response.text("x"), "x"));
        response(all, "response.contentLength", "a sign", length(Response.text("x"), "+1"));
        response(all, "response.contentLength", "too many digits", length(Response.text("x"), "1".repeat(19)));
        response(all, "response.contentLength", "a length with 204", length(Response.status(204), "0"));
        response(all, "response.length", "bytes too few", length(Response.text("x"), "2"));
        response(all, "response.length", "a stream too short", length(stream(out -> out.write(1)), "2"));
        response(all, "response.length", "a stream too long", length(stream(out -> out.write(new byte[3])), "2"));
        response(all, "response.noBody", "204 with a body", Response.text("x").withStatus(204));
        response(
                all,
                "response.noBody",
                "304 with a stream",
                stream(out -> out.write(1)).withStatus(304));
        response(all, "response.once", "two places", Response.redirect("/a").withHeader("location", "/b"));
        response(
                all,
                "response.framing",
                "a framing of its own",
                Response.text("x").withHeader("transfer-encoding", ""));
        response(all, "response.framing", "an offer", Response.text("x").withHeader("upgrade", "a"));
        upgrade(all, "response.contentLength", "a length with 101", length(upgrade((in, out) -> {}), "0"), r -> {});
        upgrade(all, "upgrade.header", "two protocols", upgrade((in, out) -> {}).withHeader("upgrade", "a"), r -> {});
        upgrade(
                all,
                "upgrade.offered",
                "another protocol than those offered",
                Response.upgrade("example", (in, out) -> {}),
                r -> {});
        upgrade(all, "upgrade.offered", "HTTP/1.0", upgrade((in, out) -> {}), r -> {
            r.protocol = "HTTP/1.0";
            r.variables.put("SERVER_PROTOCOL", "HTTP/1.0");
        });
        upgrade(all, "upgrade.noBody", "a body", upgrade((in, out) -> {}), r -> r.contentLength = OptionalLong.of(5));
        upgrade(all, "upgrade.noBody", "a body in chunks", upgrade((in, out) -> {}), r -> {
            r.addHeader("Transfer-Encoding", "chunked");
            r.variables.put("HTTP_TRANSFER_ENCODING", "chunked");
        });
        response(all, "stream.open", "a write after close", stream(out -> {
            out.close();
            out.write(1);
        }));
        response(all, "stream.open", "a flush after close", stream(out -> {
            out.close();
            out.flush();
        }));
        application(all, "application.open", "a request after close", request -> {
            Lint closed = new Lint(READING);
            closed.close();
            return closed.handle(request);
        });
        application(all, "request.trailers", "trailers before the body's end", request -> {
            StubRequest early = new StubRequest();
            early.trailers = Headers.of(List.of(new Header("Digest", "x")));
            return Lint.wrap(checked -> Response.text(checked.trailers().toString()))
                    .handle(early);
        });
        application(all, "request.trailers", "trailers of null", request -> {
            StubRequest early = new StubRequest();
            early.trailers = null;
            return Lint.wrap(checked -> Response.text(checked.trailers().toString()))
                    .handle(early);
        });
        application(
                all,
                "interim.open",
                "an interim response after the answer",
                request -> stream(out -> request.sendInterim(103, Headers.empty())));
        application(all, "interim.status", "an interim response of status 200", request -> {
            request.sendInterim(200, Headers.empty());
            return Response.status(204);
        });
        application(all, "interim.framing", "an interim response with a length", request -> {
            request.sendInterim(103, Headers.of(List.of(new Header("content-length", "1"))));
            return Response.status(204);
        });
        return all;
    }

    @Test
    void shouldPassOnInterimResponsesAndTrailers() throws Exception {
        StubRequest request = new StubRequest();
        request.trailers = Headers.of(List.of(new Header("Digest", "x")));
        Application application = checked -> {
            checked.sendInterim(103, Headers.of(List.of(new Header("Link", "</a>"))));
            checked.body().readAllBytes();
            return Response.text(checked.trailers().first("digest").orElseThrow());
        };

        assertThat(serve(application, request, new ByteArrayOutputStream())).isEqualTo("x");
        assertThat(request.interims).hasSize(1).first().asString().startsWith("103 ");
    }

    @ParameterizedTest
    @MethodSource("requests")
    void shouldRejectARequestWith(Consumer<StubRequest> breach, String rule) {
        StubRequest request = new StubRequest();
        breach.accept(request);

        assertBreach(rule, () -> new Lint(READING).handle(request));
    }

    @ParameterizedTest
    @MethodSource("applications")
    void shouldRejectAnApplicationWith(Application application, String rule) {
        assertBreach(rule, () -> serve(application, new StubRequest(), new ByteArrayOutputStream()));
    }

    @Test
    void shouldRejectBytesAfterTheEnd() throws Exception {
        StubRequest request = new StubRequest();
        request.contentLength = OptionalLong.empty();
        request.body = new InputStream() {
            private int reads;

            @Override
            public int read() {
                return reads++ == 0 ? -1 : 7;
            }
        };
        Application application = checked -> {
            checked.body().read();
            checked.body().read();
            return Response.status(200);
        };

        assertBreach("body.end", () -> new Lint(application).handle(request));
    }

    @Test
    void shouldRejectAWriteAfterTheStreamHasFailed() {
        Application application = request -> stream(out -> {
            try {
                out.write(1);
            } catch (IOException ignored) {
                out.write(2);
            }
        });

        assertBreach("stream.broken", () -> serve(application, new StubRequest(), failing()));
    }

    @Test
    void shouldRejectAWriteAfterTheWriterHasReturned() throws Exception {
        List<OutputStream> kept = new ArrayList<>();
        serve(request -> stream(kept::add), new StubRequest(), new ByteArrayOutputStream());

        assertBreach("stream.open", () -> kept.get(0).write(1));
    }

    @Test
    void shouldRejectTheUseOfAStreamAfterTheHandlerHasReturned() throws Exception {
        List<InputStream> ins = new ArrayList<>();
        List<OutputStream> outs = new ArrayList<>();
        handler(upgrade((in, out) -> {
                    ins.add(in);
                    outs.add(out);
                }))
                .handle(InputStream.nullInputStream(), new ByteArrayOutputStream());

        assertBreach("stream.open", () -> ins.get(0).read());
        assertBreach("stream.open", () -> ins.get(0).read(new byte[1]));
        assertBreach("stream.open", () -> outs.get(0).write(1));
        assertBreach("stream.open", () -> outs.get(0).flush());
    }

    @Test
    void shouldRejectAWriteAfterTheStreamOfAnUpgradeHasFailed() throws Exception {
        UpgradeHandler handler = handler(upgrade((in, out) -> {
            try {
                out.write(1);
            } catch (IOException ignored) {
                out.flush();
            }
        }));

        assertBreach("stream.broken", () -> handler.handle(InputStream.nullInputStream(), failing()));
    }

    @Test
    void shouldPassOnWhatTheTwoSidesOfAnUpgradeSay() throws Exception {
        ByteArrayOutputStream sent = new ByteArrayOutputStream();
        handler(upgrade((in, out) -> {
                    in.transferTo(out);
                    out.flush();
                }))
                .handle(new ByteArrayInputStream(new byte[] {1, 2, 3}), sent);

        assertThat(sent.toByteArray()).containsExactly(1, 2, 3);
    }

    @Test
    void shouldBreakEveryRuleInSomeTest() {
        Stream<String> broken = Stream.concat(requests().stream(), applications().stream())
                .map(arguments -> (String) arguments.get()[1]);

        assertThat(Stream.concat(broken, Stream.of("body.end", "stream.broken")))
                .containsOnly(Stream.of(LintRule.values()).map(LintRule::id).toArray(String[]::new));
    }

    @Test
    void shouldPassOnARequestThatIsInOrder() throws Exception {
        StubRequest request = new StubRequest();
        Application application = checked -> {
            assertThat(checked.body()).isSameAs(checked.body());
            assertThat(checked.body().readAllBytes()).containsExactly(1, 2, 3, 4, 0xff);
            assertThat(checked.body().read()).isEqualTo(-1);
            return Response.text(String.join(
                    " ",
                    checked.method(),
                    checked.target(),
                    checked.scriptName(),
                    checked.pathInfo(),
                    checked.query(),
                    checked.protocol(),
                    checked.scheme(),
                    checked.headers().first("Host").orElseThrow(),
                    Long.toString(checked.contentLength().orElseThrow()),
                    checked.remoteUser().orElseThrow(),
                    checked.remoteAddress(),
                    Integer.toString(checked.remotePort()),
                    checked.logId(),
                    checked.environ().get("HTTPS")));
        };

        assertThat(serve(application, request, new ByteArrayOutputStream()))
                .isEqualTo(
                        "POST /shop/a%20b?x=1 /shop /a b x=1 HTTP/1.1 https example.org 5 alice 192.0.2.1 50000 Z1 on");
    }

    @ParameterizedTest
    @MethodSource("goodResponses")
    void shouldPassOnAResponseOf(Response response) throws Exception {
        Response checked = new Lint(request -> response).handle(new StubRequest());

        assertThat(checked.status()).isEqualTo(response.status());
        assertThat(checked.headers()).isEqualTo(response.headers());
        assertThat(checked.body().length()).isEqualTo(response.body().length());
    }

    static List<Arguments> goodResponses() {
        return List.of(
                Arguments.of(Named.of("text", Response.text("x"))),
                Arguments.of(
                        Named.of("no bytes and no type", Response.status(200).withBody(bytes(0)))),
                Arguments.of(Named.of("a file", Response.file(Path.of("a.txt")))),
                Arguments.of(Named.of("a stream", stream(out -> out.write(1)))),
                Arguments.of(Named.of("204", Response.status(204))),
                Arguments.of(Named.of("304 with a length", length(Response.status(304), "7"))),
                Arguments.of(Named.of(
                        "two cookies",
                        Response.text("x").withHeader("Set-Cookie", "a=1").withHeader("Set-Cookie", "b=2"))));
    }

    @Test
    void shouldPassOnWhatAWriterWrites() throws Exception {
        Response response = length(
                stream(out -> {
                    out.write('a');
                    out.flush();
                    out.write(new byte[] {'b', 'c'});
                    out.close();
                }),
                "3");

        assertThat(serve(request -> response, new StubRequest(), new ByteArrayOutputStream()))
                .isEqualTo("abc");
    }

    @Test
    void shouldLetAHeadRequestPromiseAnyLength() throws Exception {
        StubRequest request = new StubRequest();
        request.method = "HEAD";
        request.variables.put("REQUEST_METHOD", "HEAD");

        assertThat(new Lint(checked -> length(Response.text(""), "7"))
                        .handle(request)
                        .status())
                .isEqualTo(200);
    }

    @Test
    void shouldLetTheFailureOfAStreamPass() {
        Application application = request -> length(stream(out -> out.write(1)), "9");

        assertThatIOException()
                .isThrownBy(() -> serve(application, new StubRequest(), failing()))
                .withMessage("the client has gone");
    }

    @Test
    void shouldLetTheExceptionOfAnApplicationPass() {
        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(() -> new Lint(request -> {
                            throw new IllegalStateException("mine");
                        })
                        .handle(new StubRequest()))
                .withMessage("mine");
    }

    @Test
    void shouldAcceptARequestFromTheRootOfAMount() {
        StubRequest request = new StubRequest();
        request.scriptName = "";
        request.pathInfo = "";
        request.remoteUser = Optional.empty();
        request.remoteAddress = "::ffff:192.0.2.1";
        request.variables.putAll(Map.of("SCRIPT_NAME", "", "PATH_INFO", "", "REMOTE_ADDR", "::ffff:192.0.2.1"));

        assertThatCode(() -> new Lint(READING).handle(request)).doesNotThrowAnyException();
    }

    @Test
    void shouldCloseTheApplicationItWraps() throws Exception {
        List<String> closed = new ArrayList<>();
        class Closeable implements Application, AutoCloseable {
            @Override
            public Response handle(Request request) {
                return Response.status(200);
            }

            @Override
            public void close() {
                closed.add("closed");
            }
        }
        Application wrapped = Lint.wrap(new Closeable());
        ((AutoCloseable) wrapped).close();

        assertThat(closed).containsExactly("closed");
    }

    @Test
    void shouldKeepSecretsOutOfItsMessages() {
        StubRequest request = new StubRequest();
        request.variables.put("HTTP_COOKIE", "session=secret");

        assertThatExceptionOfType(LintException.class)
                .isThrownBy(() -> new Lint(READING).handle(request))
                .withMessage("environ.HTTP_*: HTTP_COOKIE is not what the request says (see docs/interface.md)");
    }

    private static void assertBreach(String rule, ThrowingCallable call) {
        assertThatExceptionOfType(LintException.class)
                .isThrownBy(call)
                .withMessageStartingWith(rule + ": ")
                .extracting(LintException::rule)
                .isEqualTo(rule);
    }

    /** Does what a server does with a response: has its body written. */
    private static String serve(Application application, Request request, OutputStream out) throws Exception {
        Body body = new Lint(application).handle(request).body();
        if (body instanceof Body.Stream stream) {
            stream.writer().write(out);
        } else if (body instanceof Body.Bytes bytes) {
            out.write(bytes.bytes());
        }
        return out.toString();
    }

    private static void request(List<Arguments> all, String rule, String what, Consumer<StubRequest> breach) {
        all.add(Arguments.of(Named.of(what, breach), rule));
    }

    private static void application(List<Arguments> all, String rule, String what, Application application) {
        all.add(Arguments.of(Named.of(what, application), rule));
    }

    private static void response(List<Arguments> all, String rule, String what, Response response) {
        application(all, rule, what, request -> response);
    }

    private static void upgrade(
            List<Arguments> all, String rule, String what, Response response, Consumer<StubRequest> breach) {
        application(all, rule, what, request -> {
            StubRequest upgrade = upgradeRequest();
            breach.accept(upgrade);
            return Lint.wrap(checked -> response).handle(upgrade);
        });
    }

    private static UpgradeHandler handler(Response response) throws Exception {
        Response checked = Lint.wrap(request -> response).handle(upgradeRequest());
        assertThat(checked.headers()).isEqualTo(response.headers());
        return ((Body.Upgrade) checked.body()).handler();
    }

    /** One that offers to speak what {@link #upgrade(UpgradeHandler)} changes to. */
    private static StubRequest upgradeRequest() {
        StubRequest request = StubRequest.withoutBody();
        request.addHeader("Upgrade", "other, Example/1");
        request.variables.put("HTTP_UPGRADE", "other, Example/1");
        return request;
    }

    private static Response upgrade(UpgradeHandler handler) {
        return Response.upgrade("example/1", handler);
    }

    private static Response stream(BodyWriter writer) {
        return Response.stream("text/plain", writer);
    }

    private static Response length(Response response, String length) {
        return response.withHeader("Content-Length", length);
    }

    private static Body bytes(int count) {
        return new Body.Bytes(new byte[count]);
    }

    private static InputStream reading(int count) {
        return new InputStream() {
            @Override
            public int read() {
                return 1;
            }

            @Override
            public int read(byte[] bytes, int offset, int length) {
                return count;
            }
        };
    }

    private static OutputStream failing() {
        return new OutputStream() {
            @Override
            public void write(int octet) throws IOException {
                throw new IOException("the client has gone");
            }
        };
    }
}

package modjvm.jwsgi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import modjvm.Header;
import modjvm.spi.MemoryExchange;
import modjvm.spi.MemoryRequest;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The contract of JWSGI as uWSGI has it. */
class JwsgiTest {
    private static final MethodType SHAPE = MethodType.methodType(Object[].class, HashMap.class);
    private static final MemoryRequest REQUEST = new MemoryRequest("/app", "/x y", "a=1").withVariable("SITE", "first");

    @TempDir
    Path folder;

    private final ByteArrayOutputStream sent = new ByteArrayOutputStream();

    @BeforeEach
    void start() {
        Companion.start(Optional.of(folder));
    }

    private MemoryExchange serve(MemoryRequest request, Function<HashMap<String, Object>, Object[]> application)
            throws Exception {
        MemoryExchange exchange = new MemoryExchange(request, sent);
        new JwsgiHandler(MethodHandles.lookup()
                        .findVirtual(Function.class, "apply", MethodType.methodType(Object.class, Object.class))
                        .bindTo(application))
                .handle(exchange);
        return exchange;
    }

    private MemoryExchange answer(@Nullable Object... answer) throws Exception {
        return serve(REQUEST, environ -> answer);
    }

    private String body() {
        return sent.toString(StandardCharsets.UTF_8);
    }

    private String call(String method, MemoryRequest request) throws Exception {
        MemoryExchange exchange = new MemoryExchange(request, sent);
        new JwsgiHandler(MethodHandles.publicLookup().findStatic(Class.forName("Calls"), method, SHAPE))
                .handle(exchange);
        return exchange.failure() + body();
    }

    @Test
    void shouldHandTheVariablesOver() throws Exception {
        serve(REQUEST, environ -> {
            assertThat(environ)
                    .containsEntry("REQUEST_METHOD", "GET")
                    .containsEntry("SCRIPT_NAME", "/app")
                    .containsEntry("PATH_INFO", "/x y")
                    .containsEntry("QUERY_STRING", "a=1")
                    .containsEntry("HTTP_HOST", "localhost")
                    .containsEntry("SITE", "first")
                    .doesNotContainKeys("jwsgi.errors", "jwsgi.version")
                    .doesNotContainValue(null);
            environ.put("may be", "changed");
            return new Object[] {200, Map.of(), null};
        });
    }

    @Test
    void shouldSendStatusHeadersAndText() throws Exception {
        Map<String, Object> headers = new LinkedHashMap<>();
        headers.put("Content-Type", "text/plain");
        headers.put("X-Array", new String[] {"1", "2"});
        headers.put("X-List", List.of("3", "4"));
        MemoryExchange exchange = answer(201L, headers, "grün \uD83D\uDE00");
        assertThat(exchange.status()).isEqualTo(201);
        assertThat(exchange.fields())
                .containsExactly(
                        new Header("Content-Type", "text/plain"),
                        new Header("X-Array", "1"),
                        new Header("X-Array", "2"),
                        new Header("X-List", "3"),
                        new Header("X-List", "4"));
        assertThat(body()).isEqualTo("grün \uD83D\uDE00");
    }

    static Stream<Arguments> bodies() {
        return Stream.of(
                Arguments.of(null, ""),
                Arguments.of("text", "text"),
                Arguments.of(new String[] {"a", "b"}, "ab"),
                Arguments.of("bytes".getBytes(StandardCharsets.UTF_8), "bytes"),
                Arguments.of(List.of("a", "b".getBytes(StandardCharsets.UTF_8), 3), "ab3"),
                Arguments.of(List.of("a", "b").iterator(), "ab"),
                Arguments.of(Stream.of("a", "b"), "ab"),
                Arguments.of(new Duck(), "quack"),
                Arguments.of(Path.of("/a/b"), "ab"), // a Path iterates over its names
                Arguments.of(new ByteArrayInputStream("stream".getBytes(StandardCharsets.UTF_8)), "stream"));
    }

    /** Has the method, not the interface. */
    public static final class Duck {
        public Iterator<String> iterator() {
            return List.of("qu", "ack").iterator();
        }

        public Set<Map.Entry<String, String>> entrySet() {
            return Map.of("X-Duck", "yes").entrySet();
        }
    }

    @ParameterizedTest
    @MethodSource("bodies")
    void shouldSendBodiesOfTheseTypes(@Nullable Object body, String expected) throws Exception {
        MemoryExchange exchange = answer(200, Map.of(), body);
        assertThat(exchange.failure()).isEmpty();
        assertThat(exchange.status()).isEqualTo(200);
        assertThat(body()).isEqualTo(expected);
    }

    @Test
    void shouldStopAtANullPiece() throws Exception {
        List<@Nullable String> pieces = new ArrayList<>(List.of("a", "b", "c"));
        pieces.set(1, null);
        answer(200, Map.of(), pieces);
        assertThat(body()).isEqualTo("a");
    }

    @Test
    void shouldTakeHeadersFromWhatHasEntries() throws Exception {
        assertThat(answer(200, new Duck(), null).fields()).containsExactly(new Header("X-Duck", "yes"));
    }

    @Test
    void shouldSendFilesAsFiles() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "content");
        assertThat(answer(200, Map.of(), file.toFile()).status()).isEqualTo(200);
        MemoryExchange missing = answer(200, Map.of(), folder.resolve("missing").toFile());
        assertThat(missing.status()).isEqualTo(500);
        assertThat(missing.failure()).contains("missing, and there is no such file");
    }

    @Test
    void shouldCloseAStream() throws Exception {
        boolean[] isClosed = {false};
        InputStream stream = new ByteArrayInputStream(new byte[20_000]) {
            @Override
            public void close() {
                isClosed[0] = true;
            }
        };
        answer(200, Map.of(), stream);
        assertThat(sent.size()).isEqualTo(20_000);
        assertThat(isClosed[0]).isTrue();
    }

    @Test
    void shouldSendNoBodyOfAnotherType() throws Exception {
        MemoryExchange exchange = answer(200, Map.of("X-A", "b"), 17);
        assertThat(exchange.status()).isEqualTo(200);
        assertThat(exchange.fields()).containsExactly(new Header("X-A", "b"));
        assertThat(body()).isEmpty();
        assertThat(exchange.lines())
                .containsExactly("JWSGI has no body of class java.lang.Integer: the response is empty;"
                        + " return a String, a byte[], an Iterable, a File or an InputStream");
    }

    @Test
    void shouldSendNoBodyInAnswerToHead() throws Exception {
        MemoryExchange exchange =
                serve(REQUEST.withMethod("HEAD"), environ -> new Object[] {200, Map.of(), List.of("a")});
        assertThat(exchange.status()).isEqualTo(200);
        assertThat(body()).isEmpty();
    }

    static Stream<Arguments> malformed() {
        return Stream.of(
                Arguments.of(null, "an array of status, headers and body, and got null"),
                Arguments.of(new Object[] {200, Map.of()}, "an array of status, headers and body, and got 2 items"),
                Arguments.of(
                        new Object[] {"200", Map.of(), ""}, "three digits as status, and got class java.lang.String"),
                Arguments.of(new Object[] {20, Map.of(), ""}, "as status, and got 20 of class java.lang.Integer"),
                Arguments.of(new Object[] {200.0, Map.of(), ""}, "as status, and got 200.0 of class java.lang.Double"),
                Arguments.of(new Object[] {200, null, ""}, "a HashMap of headers, and got null"),
                Arguments.of(new Object[] {200, "a: b", ""}, "a HashMap of headers, and got class java.lang.String"),
                Arguments.of(new Object[] {200, Map.of(1, "a"), ""}, "a String as name of a header"),
                Arguments.of(new Object[] {200, Map.of("X", 1), ""}, "as value of the header X, and got 1"),
                Arguments.of(new Object[] {200, Map.of("X", List.of(1)), ""}, "as value of the header X, and got 1"),
                Arguments.of(new Object[] {200, Map.of("Content-Length", "x"), ""}, "Content-Length: x"),
                Arguments.of(new Object[] {200, Map.of("Content-Length", "2"), "abc"}, "Content-Length of 2 bytes"));
    }

    @ParameterizedTest
    @MethodSource("malformed")
    void shouldAnswerWith500IfTheAnswerIsMalformed(Object @Nullable [] answer, String reason) {
        assertThat(failure(answer)).contains(reason);
    }

    /** Why a response fails, whether it is refused or its body does not fit. */
    private String failure(Object @Nullable [] answer) {
        try {
            MemoryExchange exchange = serve(REQUEST, environ -> answer);
            assertThat(exchange.status()).isEqualTo(500);
            return exchange.failure();
        } catch (Exception e) {
            return String.valueOf(e.getMessage());
        }
    }

    @Test
    void shouldLetTheApplicationFail() {
        assertThatThrownBy(() -> serve(REQUEST, environ -> {
                    throw new IllegalStateException("mine");
                }))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("mine");
    }

    @Test
    void shouldTakeTheExactShapeAlone() throws Exception {
        JwsgiKind kind = new JwsgiKind();
        List<String> accepted = new ArrayList<>();
        for (Method method : Shapes.class.getDeclaredMethods()) {
            if (kind.isHandler(method)) {
                accepted.add(method.getName());
            }
        }
        assertThat(accepted).containsExactlyInAnyOrder("exact", "instance");
    }

    /** Methods of some shapes. */
    static final class Shapes {
        static Object[] exact(HashMap<String, Object> environ) {
            return new Object[0];
        }

        Object[] instance(HashMap<?, ?> environ) {
            return new Object[0];
        }

        static Object[] map(Map<String, Object> environ) {
            return new Object[0];
        }

        static Object object(HashMap<String, Object> environ) {
            return "";
        }

        static String[] strings(HashMap<String, Object> environ) {
            return new String[0];
        }
    }

    @Test
    void shouldReadTheBodyAsUwsgiDoes() throws Exception {
        MemoryRequest request = REQUEST.withMethod("POST").withBody("one\ntwo\nthree".getBytes(StandardCharsets.UTF_8));
        assertThat(call("read", request))
                .startsWith(
                        "13|4|one|t|three|-1|-1|0|uwsgi.RequestBody.seek: mod_jvm keeps nothing of a body: 13 bytes");
    }

    @Test
    void shouldHaveTheCompanionClass() throws Exception {
        assertThat(call("companion", REQUEST)).isEqualTo("a+b|null|null|true|{}");
        assertThat(folder.resolve("jwsgi-lock-0")).exists();
    }

    @ParameterizedTest
    @CsvSource({
        "cache_get, uwsgi.cache_get: mod_jvm has no cache",
        "rpc, uwsgi.rpc: mod_jvm calls functions of its own process alone",
        "lock, invalid lock number -1",
        "twice, this thread has the lock already",
        "unlock, this thread does not have the lock",
        "signal, uwsgi.register_signal: mod_jvm has no signals"
    })
    void shouldSayWhatTheCompanionClassCannotDo(String query, String message) {
        MemoryRequest request = new MemoryRequest("", "/", query);
        assertThatThrownBy(() -> call("unsupported", request)).hasMessageContaining(message);
    }

    @Test
    void shouldSayWhatLocksNeed() {
        Companion.start(Optional.empty());
        assertThatThrownBy(() -> call("companion", REQUEST))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("set JVMStateDir");
    }
}

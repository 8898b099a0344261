package modjvm.ring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import modjvm.Header;
import modjvm.spi.Handler;
import modjvm.spi.LoadException;
import modjvm.spi.MemoryExchange;
import modjvm.spi.MemoryRequest;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Ring handlers on Clojure. */
@Timeout(120)
class RingTest {
    private static final String HANDLERS = """
            (ns demo.handlers)
            (defn request [r] {:status 200 :headers {} :body (pr-str (into (sorted-map) (dissoc r :body)) (some-> (:body r) slurp))})
            (defn echo [r]
              {:status 201
               :headers {"Content-Type" "text/plain; charset=ISO-8859-1" "X-Two" ["1" "2"]}
               :body (case (:query-string r)
                       "nil" nil
                       "string" "gr\\u00fcn"
                       "seq" (map str [1 2 3])
                       "bytes" (.getBytes "bytes")
                       "stream" (java.io.ByteArrayInputStream. (.getBytes "stream"))
                       "file" (java.io.File. "/no/such/file")
                       "number" 17)})
            (defn broken [r]
              (case (:query-string r)
                "nil" nil
                "status" {:status "200" :headers {}}
                "headers" {:status 200 :headers "x"}
                "name" {:status 200 :headers {:x "y"}}
                "value" {:status 200 :headers {"X" 1}}
                "throw" (throw (ex-info "mine" {}))))
            (defn later [request respond raise]
              (case (:query-string request)
                "now" (respond {:status 200 :headers {} :body "now"})
                "thread" (future (respond {:status 200 :headers {} :body "later"}) (respond {:status 500 :headers {}}))
                "raise" (future (raise (ex-info "raised" {})))
                "throw" (throw (ex-info "thrown" {}))))
            (defn both ([r] {:status 200 :headers {} :body "sync"}) ([r respond raise] (respond {:status 200 :headers {} :body "async"})))
            (def unbound)
            """;

    @TempDir
    static Path folder;

    private static ClassLoader shared;

    private final ByteArrayOutputStream sent = new ByteArrayOutputStream();

    @BeforeAll
    static void write() throws IOException {
        shared = clojure();
        Files.createDirectories(folder.resolve("demo"));
        Files.writeString(folder.resolve("demo/handlers.clj"), HANDLERS);
    }

    /** A Clojure of its own, from the jars of the tests' class path. */
    private static ClassLoader clojure() throws IOException {
        List<Path> jars = new ArrayList<>();
        for (String each : System.getProperty("java.class.path").split(File.pathSeparator)) {
            if (each.contains("clojure")) {
                jars.add(Path.of(each));
            }
        }
        return new RingLoader(RingTest.class.getClassLoader(), jars);
    }

    private static Handler load(String entryPoint, String... async) throws Exception {
        return load(folder, entryPoint, async);
    }

    private static Handler load(Path target, String entryPoint, String... async) throws Exception {
        return load(shared, target, entryPoint, async);
    }

    private static Handler load(ClassLoader clojure, Path target, String entryPoint, String... async) throws Exception {
        RingProvider provider = new RingProvider();
        Map<String, String> parameters = async.length == 0 ? Map.of() : Map.of("async", async[0]);
        FakeContext context = new FakeContext(target, entryPoint, parameters, clojure);
        assertThat(provider.claims(context)).isTrue();
        return provider.deploy(context).handler();
    }

    private MemoryExchange ask(Handler handler, MemoryRequest request) throws Exception {
        MemoryExchange exchange = new MemoryExchange(request, sent);
        handler.handle(exchange);
        exchange.awaitCompletion();
        return exchange;
    }

    private MemoryExchange ask(String handler, String query, String... async) throws Exception {
        return ask(load("demo.handlers/" + handler, async), new MemoryRequest("/app", "/x y", query));
    }

    private String body() {
        return sent.toString(StandardCharsets.ISO_8859_1);
    }

    @Test
    void shouldMakeTheRequestMap() throws Exception {
        MemoryRequest request = new MemoryRequest("/app", "/x y", "a=1")
                .withMethod("POST")
                .withBody("upload".getBytes(StandardCharsets.UTF_8));
        ask(load("demo.handlers/request"), request);
        assertThat(body())
                .isEqualTo(
                        "{:content-length 6, :context \"/app\", :headers {\"host\" \"localhost\"}, :path-info \"/x y\","
                                + " :protocol \"HTTP/1.1\", :query-string \"a=1\", :remote-addr \"127.0.0.1\", :request-method :post,"
                                + " :scheme :http, :server-name \"localhost\", :server-port 80, :uri \"/app/x%20y\"} \"upload\"");
        sent.reset();
        ask(load("demo.handlers/request"), new MemoryRequest("", "/", ""));
        assertThat(body())
                .doesNotContain(":query-string", ":context", ":content-length")
                .endsWith("} nil");
    }

    @ParameterizedTest
    @CsvSource({"nil, ''", "string, gr\u00fcn", "seq, 123", "bytes, bytes", "stream, stream"})
    void shouldSendBodies(String query, String expected) throws Exception {
        MemoryExchange exchange = ask("echo", query);
        assertThat(exchange.failure()).isEmpty();
        assertThat(exchange.status()).isEqualTo(201);
        assertThat(exchange.fields())
                .containsExactlyInAnyOrder(
                        new Header("Content-Type", "text/plain; charset=ISO-8859-1"),
                        new Header("X-Two", "1"),
                        new Header("X-Two", "2"));
        assertThat(body()).isEqualTo(expected);
    }

    @Test
    void shouldSendFilesAsFiles() throws Exception {
        assertThat(ask("echo", "file").failure()).contains("/no/such/file, and there is no such file");
        assertThatThrownBy(() -> ask("echo", "number")).hasMessage("Ring has no body of class java.lang.Long");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "nil | Ring wants a map, and got nil",
                "status | Ring wants an integer as :status, and got 200 of class java.lang.String",
                "headers | Ring wants a map as :headers, and got x of class",
                "name | Ring wants strings as names of headers, and got :x of class",
                "value | Ring wants a string or strings as the header X, and got 1 of class"
            })
    void shouldAnswerWith500IfTheResponseIsMalformed(String query, String reason) throws Exception {
        MemoryExchange exchange = ask("broken", query);
        assertThat(exchange.status()).isEqualTo(500);
        assertThat(exchange.failure()).contains(reason);
    }

    @Test
    void shouldLetTheHandlerFail() {
        assertThatThrownBy(() -> ask("broken", "throw")).hasMessage("mine");
    }

    @Test
    void shouldServeAsynchronousHandlers() throws Exception {
        ask("later", "now", "on");
        assertThat(body()).isEqualTo("now");
        sent.reset();
        ask("later", "thread", "on");
        assertThat(body()).isEqualTo("later");
        assertThatThrownBy(() -> ask("later", "raise", "on")).hasMessage("raised");
        assertThatThrownBy(() -> ask("later", "throw", "on")).hasMessage("thrown");
        sent.reset();
        ask("both", "");
        ask("both", "", "on");
        assertThat(body()).isEqualTo("syncasync");
    }

    @Test
    void shouldCallTheVarSoThatItCanBeRedefined() throws Exception {
        Path file = Files.writeString(folder.resolve("single.clj"), """
                (ns single)
                (defn handler [r] (defn handler [r] {:status 200 :headers {} :body "second"}) {:status 200 :headers {} :body "first "})
                """);
        Handler handler = load(file, "single/handler");
        ask(handler, new MemoryRequest("", "/", ""));
        ask(handler, new MemoryRequest("", "/", ""));
        assertThat(body()).isEqualTo("first second");
    }

    @Test
    void shouldWriteBodiesByRingsProtocolIfItIsThere() throws Exception {
        Files.createDirectories(folder.resolve("own/ring/core"));
        Files.writeString(folder.resolve("own/ring/core/protocols.clj"), """
                (ns ring.core.protocols)
                (defprotocol StreamableResponseBody (write-body-to-stream [body response output-stream]))
                """);
        Files.writeString(folder.resolve("own/streams.clj"), """
                (ns streams (:require [ring.core.protocols :as p]))
                (defrecord Twice [text] p/StreamableResponseBody
                  (write-body-to-stream [_ response out] (dotimes [_ 2] (.write out (.getBytes text))) (.close out)))
                (defn handler [r] {:status 200 :headers {} :body (->Twice (:query-string r))})
                """);
        ask(load(clojure(), folder.resolve("own"), "streams/handler"), new MemoryRequest("", "/", "ab"));
        assertThat(body()).isEqualTo("abab");
    }

    @Test
    void shouldAcceptNoWebSocketThatTheRequestDoesNotAskFor() throws Exception {
        Path file = Files.writeString(
                folder.resolve("sockets.clj"), "(ns sockets) (defn handler [r] {:ring.websocket/listener {}})");
        MemoryExchange exchange = ask(load(file, "sockets/handler"), new MemoryRequest("", "/", ""));
        assertThat(exchange.status()).isEqualTo(400);
        assertThat(body()).contains("does not ask for one");
    }

    @Test
    void shouldSayWhyAHandlerCannotBeHad() {
        assertThatThrownBy(() -> load("no.such/handler")).hasMessageContaining("no/such.clj");
        assertThatThrownBy(() -> load("demo.handlers/absent")).hasMessage("no absent in the namespace demo.handlers");
        assertThatThrownBy(() -> load("/handler"))
                .isInstanceOf(LoadException.class)
                .hasMessage(folder + ": \"/handler\" is no entry point; write JVMEntryPoint namespace/function");
        assertThatThrownBy(() -> load("demo.handlers/echo", "yes")).hasMessageContaining("set it to on or off");
    }

    @Test
    void shouldSayThatClojureIsMissing() {
        assertThatThrownBy(() -> load(ClassLoader.getPlatformClassLoader(), folder, "demo.handlers/echo"))
                .isInstanceOf(LoadException.class)
                .hasMessageContaining("there is no Clojure in the target; add org.clojure:clojure to it");
    }
}

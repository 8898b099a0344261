package modjvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The examples compile without a warning, and keep the contract. */
class ExamplesTest {
    private static final Path EXAMPLES = Path.of("..", "..", "examples");

    @TempDir
    private static Path classes;

    @BeforeAll
    static void compile() throws IOException {
        try (Stream<Path> files = Files.walk(EXAMPLES)) {
            List<String> sources = files.map(Path::toString)
                    .filter(name -> name.endsWith(".java"))
                    .toList();
            List<String> options = List.of(
                    "--release",
                    "17",
                    "-encoding",
                    "UTF-8",
                    "-Xlint:all",
                    "-Werror",
                    "-proc:none",
                    "-cp",
                    "target/classes",
                    "-d",
                    classes.toString());
            String[] all = Stream.concat(options.stream(), sources.stream()).toArray(String[]::new);

            assertThat(sources).hasSizeGreaterThanOrEqualTo(6);
            assertThat(ToolProvider.getSystemJavaCompiler().run(null, null, null, all))
                    .isZero();
        }
    }

    @Test
    void shouldGreet() throws Exception {
        assertThat(body(field("Hello").handle(get("")))).isEqualTo("Hello, /a b\n");
    }

    @Test
    void shouldShowTheEnvironEscaped() throws Exception {
        StubRequest request = get("");
        request.addHeader("X-Name", "<b>&");
        request.variables.put("HTTP_X_NAME", "<b>&");

        assertThat(body(field("Environ").handle(request)))
                .contains("<td>X-Name<td>&lt;b>&amp;", "<td>HTTPS<td>on")
                .doesNotContain("<b>&");
    }

    @Test
    void shouldSumUpAnUpload() throws Exception {
        StubRequest request = new StubRequest();
        request.body = new ByteArrayInputStream("hello".getBytes(StandardCharsets.UTF_8));

        assertThat(body(method("Upload", Request.class, request)))
                .isEqualTo("2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824  5 bytes\n");
        assertThat(((Response) method("Upload", Request.class, get(""))).status())
                .isEqualTo(405);
    }

    @Test
    void shouldSendAnEventAtOnceAndEndWhenTheClientHasGone() throws Exception {
        ByteArrayOutputStream sent = new ByteArrayOutputStream();
        OutputStream gone = new OutputStream() {
            @Override
            public void write(int octet) {
                sent.write(octet);
            }

            @Override
            public void flush() throws IOException {
                throw new IOException("gone");
            }
        };
        Response events = field("Events").handle(get("stream"));

        assertThatIOException()
                .isThrownBy(() -> ((Body.Stream) events.body()).writer().write(gone));
        assertThat(sent.toString()).matches("data: \\{\"time\": \".*\", \"heap\": [0-9.]+}\n\n");
        assertThat(body(field("Events").handle(get("")))).contains("EventSource");
    }

    @Test
    void shouldKeepTheGuestbook() throws Exception {
        Application guestbook = guestbook(Map.of("title", "A & B", "entries", "2"));
        assertThat(guestbook.handle(post("name=&text=first")).headers().first("Location"))
                .contains("?");
        guestbook.handle(post("name=%3Cb%3E&text=second++one"));
        guestbook.handle(post("text=third&name=C%C3%A9line%0A"));

        assertThat(body(guestbook.handle(get(""))))
                .contains("<title>A &amp; B</title>", "<b>&lt;b></b>", "<p>second one</p>", "<b>C\u00e9line</b>")
                .doesNotContain("first");
        assertThat(body(guestbook.handle(get("list")))).matches("(?s).*Z\tC\u00e9line\tthird\n.*Z\t<b>\tsecond one\n");
    }

    @Test
    void shouldRefuseWhatIsNoEntryOfTheGuestbook() throws Exception {
        Application guestbook = guestbook(Map.of());

        assertThat(guestbook.handle(post("text=%zz")).status()).isEqualTo(400);
        assertThat(guestbook.handle(post("text=" + "x".repeat(9000))).status()).isEqualTo(413);
        assertThat(body(guestbook.handle(get("list")))).isEmpty();
    }

    @Test
    @Timeout(20)
    void shouldPassOnWhatIsSaidInTheChat() throws Exception {
        Application chat = field("Chat");
        assertThat(body(chat.handle(get("")))).contains("new WebSocket");
        assertThat(chat.handle(get("socket")).status()).isEqualTo(400);

        Visitor first = new Visitor(chat);
        assertThat(first.heard.take()).isEqualTo("text Guest 1 is here");
        Visitor second = new Visitor(chat);
        assertThat(second.heard.take()).isEqualTo("text Guest 2 is here");
        assertThat(first.heard.take()).isEqualTo("text Guest 2 is here");
        first.client.write(WebSocketWire.text("<b>"));
        assertThat(second.heard.take()).isEqualTo("text Guest 1: <b>");
        assertThat(first.heard.take()).isEqualTo("text Guest 1: <b>");
        first.client.write(WebSocketWire.close(1001, ""));
        assertThat(first.heard.take()).isEqualTo("close 1001");
        assertThat(second.heard.take()).isEqualTo("text Guest 1 has left");
        second.client.close();
        first.thread.join();
        second.thread.join();
        assertThat(second.heard).isEmpty();
    }

    /** A page that has the chat open: what it writes, and the frames that it is sent. */
    private static final class Visitor {
        private final PipedOutputStream client = new PipedOutputStream();
        private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
        private final Thread thread;

        Visitor(Application chat) throws Exception {
            StubRequest request = StubRequest.forWebSocket();
            request.query = "socket";
            request.variables.put("QUERY_STRING", "socket");
            UpgradeHandler handler = ((Body.Upgrade) chat.handle(request).body()).handler();
            PipedInputStream in = new PipedInputStream(client);
            OutputStream out = new ByteArrayOutputStream() {
                @Override
                public void flush() {
                    heard.addAll(WebSocketWire.describe(toByteArray()));
                    reset();
                }
            };
            thread = new Thread(() -> {
                try {
                    handler.handle(in, out);
                } catch (Exception e) {
                    heard.add(e.toString());
                }
            });
            thread.start();
        }
    }

    private static StubRequest get(String query) {
        StubRequest request = new StubRequest();
        request.method = "GET";
        request.query = query;
        request.variables.putAll(Map.of("REQUEST_METHOD", "GET", "QUERY_STRING", query));
        return request;
    }

    private static StubRequest post(String form) {
        StubRequest request = new StubRequest();
        request.body = new ByteArrayInputStream(form.getBytes(StandardCharsets.US_ASCII));
        request.contentLength = OptionalLong.of(form.length());
        return request;
    }

    private static String body(Object response) throws IOException {
        Body body = ((Response) response).body();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        if (body instanceof Body.Bytes bytes) {
            out.write(bytes.bytes());
        } else if (body instanceof Body.Stream stream) {
            stream.writer().write(out);
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    private static Application guestbook(Map<String, String> parameters) throws Exception {
        return Lint.wrap((Application) method("Guestbook", Config.class, new Config(parameters)));
    }

    private static Application field(String type) throws Exception {
        Field field = load(type).getDeclaredField("application");
        field.setAccessible(true);
        return Lint.wrap((Application) field.get(null));
    }

    private static Object method(String type, Class<?> parameter, Object argument) throws Exception {
        Method method = load(type).getDeclaredMethod("application", parameter);
        method.setAccessible(true);
        return method.invoke(null, argument);
    }

    private static Class<?> load(String type) throws Exception {
        try (URLClassLoader loader =
                new URLClassLoader(new URL[] {classes.toUri().toURL()})) {
            Class<?> loaded = loader.loadClass(type);
            // With the classes behind it, before the loader is closed.
            for (Class<?> nested : loaded.getDeclaredClasses()) {
                Class.forName(nested.getName(), true, loader);
            }
            return loaded;
        }
    }
}

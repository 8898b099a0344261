package modjvm.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.CookieManager;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import modjvm.it.harness.Command;
import modjvm.it.harness.Folders;
import modjvm.it.harness.Http;
import modjvm.it.harness.Httpd;
import modjvm.it.harness.Jdk;
import modjvm.it.harness.StockTomcat;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tomcat's own examples, unmodified: they answer as they do in a Tomcat. */
class ExamplesTest {
    private static final Path DISTRIBUTION = Path.of(System.getProperty("modjvm.tomcat"));

    @AutoClose
    private static Httpd httpd;

    @AutoClose
    private static StockTomcat tomcat;

    @BeforeAll
    static void start() throws IOException {
        httpd = Httpd.with().host("site", """
                        JVMDaemonProcess site ${AS1} threads=4 java-home=%s
                        JVMAlias /examples ${WORK}/webapps/examples context=${WORK}/examples.xml
                        """.formatted(Jdk.current().home())).write();
        Path work = httpd.work();
        Command.succeed("cp", "-r", DISTRIBUTION.resolve("webapps").toString(), work.toString());
        Command.succeed("chmod", "-R", "a+rX", work.resolve("webapps").toString());
        Path users = Folders.write(
                work.resolve("users.xml"),
                "<tomcat-users><user username='ann' password='secret' roles='role1'/></tomcat-users>");
        String context =
                "<Context ignoreAnnotations='true'><Realm className='org.apache.catalina.realm.MemoryRealm' pathname='"
                        + users + "'/></Context>";
        Folders.write(work.resolve("examples.xml"), context);
        httpd.expect("took .* milliseconds|listeners\\.|async|Listener|DrawBoard");
        httpd.start();
        tomcat = new StockTomcat(
                work.resolve("stock"),
                DISTRIBUTION.resolve("conf/web.xml"),
                "/examples",
                work.resolve("webapps/examples"),
                context);
        httpd.awaitReady("site", 1);
    }

    /** What a server answers, without what differs from server to server. */
    private static String answer(HttpResponse<String> response) {
        return response.statusCode() + " "
                + response.headers().firstValue("Content-Type").orElse("-") + "\n"
                + response.body()
                        .replace(":" + response.uri().getPort(), ":PORT")
                        .replace(">" + response.uri().getPort(), ">PORT")
                        .replaceAll("\\b" + response.uri().getPort() + "\\b", "PORT")
                        .replaceAll("[0-9A-F]{32}(\\.\\w+)?", "SESSION")
                        .replaceAll("\\d+:\\d\\d:\\d\\d", "TIME");
    }

    /** Does the same with both. */
    private static void assertAlike(Function<Function<String, URI>, String> conversation) {
        String right = conversation.apply(path -> tomcat.uri("/examples" + path));

        assertThat(conversation.apply(path -> httpd.uri("site", "/examples" + path)))
                .isEqualTo(right);
        assertThat(right).startsWith("200 ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/servlets/servlet/HelloWorldExample",
                "/servlets/servlet/RequestInfoExample/a%20b?x=%C3%A4",
                "/servlets/servlet/RequestParamExample?firstname=A&lastname=%C3%B6",
                "/servlets/servlet/CookieExample?cookiename=a&cookievalue=b",
                "/servletToJsp",
                "/jsp/xml/xml.jsp",
                "/jsp/tagplugin/foreach.jsp",
                "/jsp/checkbox/checkresult.jsp?fruit=apples&fruit=melons",
                "/jsp/snp/snoop.jsp?a=b",
                "/jsp/jsp2/el/functions.jsp?foo=JSP+2.0",
                "/jsp/jsp2/el/implicit-objects.jsp?foo=bar",
                "/jsp/jsp2/el/composite.jsp",
                "/jsp/jsp2/misc/config.jsp",
                "/jsp/jsp2/tagfiles/panel.jsp",
                "/jsp/jsp2/jspattribute/jspattribute.jsp",
                "/jsp/jsptoserv/jsptoservlet.jsp",
                "/async/async0",
                "/async/async2",
                "/servlets/nonblocking/numberwriter",
                "/servlets/trailers/response",
                "/websocket/",
            })
    void shouldAnswerAsInATomcat(String path) {
        assertAlike(server -> answer(Http.get(server.apply(path))));
    }

    @Test
    void shouldPassBodiesAsInATomcat() {
        assertAlike(server -> answer(Http.post(
                server.apply("/servlets/nonblocking/bytecounter"), BodyPublishers.ofString("x".repeat(300_000)))));
        assertAlike(server -> answer(Http.send(Http.request(server.apply("/servlets/servlet/RequestParamExample"))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString("firstname=%C3%A4&lastname=b"))
                .build())));
    }

    private static HttpResponse<String> send(HttpClient client, HttpRequest.Builder request) {
        try {
            return client.send(request.build(), BodyHandlers.ofString());
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void shouldLogInByForm() {
        assertAlike(server -> {
            HttpClient browser = HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .followRedirects(HttpClient.Redirect.NORMAL)
                    .cookieHandler(new CookieManager())
                    .build();
            URI page = server.apply("/jsp/security/protected/index.jsp");
            URI login = server.apply("/jsp/security/protected/j_security_check");
            String form = "application/x-www-form-urlencoded";
            String asked = answer(send(browser, Http.request(page)));
            String refused = answer(send(
                    browser,
                    Http.request(login)
                            .header("Content-Type", form)
                            .POST(BodyPublishers.ofString("j_username=ann&j_password=wrong"))));
            String entered = answer(send(
                    browser,
                    Http.request(login)
                            .header("Content-Type", form)
                            .POST(BodyPublishers.ofString("j_username=ann&j_password=secret"))));
            String role = answer(send(browser, Http.request(URI.create(page + "?role=role1"))));
            assertThat(asked).contains("j_security_check");
            assertThat(entered).contains("<b>ann</b>");
            return String.join("\n", asked, refused, entered, role);
        });
    }

    @Test
    void shouldKeepSessions() {
        assertAlike(server -> {
            HttpClient browser = HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .cookieHandler(new CookieManager())
                    .build();
            send(browser, Http.request(server.apply("/jsp/sessions/carts.jsp?item=Jupiter&submit=add")));
            return answer(send(browser, Http.request(server.apply("/jsp/sessions/carts.jsp?item=Mars&submit=add"))));
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/websocket/echoProgrammatic", "/websocket/echoAnnotation", "/websocket/echoStreamAnnotation"})
    void shouldTalk(String path) {
        assertAlike(server -> {
            LinkedBlockingQueue<String> heard = new LinkedBlockingQueue<>();
            WebSocket socket = HttpClient.newHttpClient()
                    .newWebSocketBuilder()
                    .buildAsync(
                            URI.create(server.apply(path).toString().replace("http:", "ws:")),
                            new WebSocket.Listener() {
                                private final StringBuilder text = new StringBuilder();

                                @Override
                                public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean isLast) {
                                    text.append(data);
                                    if (isLast) {
                                        heard.add(text.toString());
                                        text.setLength(0);
                                    }
                                    from.request(1);
                                    return null;
                                }

                                @Override
                                public CompletionStage<?> onBinary(WebSocket from, ByteBuffer data, boolean isLast) {
                                    heard.add(data.remaining() + " bytes");
                                    from.request(1);
                                    return null;
                                }
                            })
                    .join();
            List<String> answers = new ArrayList<>(List.of("200 "));
            try {
                for (String said : new String[] {"a", "\u00e4\u20ac", "x".repeat(5000)}) {
                    socket.sendText(said, true).join();
                    answers.add(String.valueOf(heard.poll(60, TimeUnit.SECONDS)));
                }
                socket.sendBinary(ByteBuffer.allocate(100), true).join();
                answers.add(String.valueOf(heard.poll(60, TimeUnit.SECONDS)));
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            socket.sendClose(WebSocket.NORMAL_CLOSURE, "").join();
            return answers.toString().replaceFirst("^\\[", "");
        });
    }
}

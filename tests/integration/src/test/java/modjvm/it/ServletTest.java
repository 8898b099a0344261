package modjvm.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import modjvm.it.harness.Await;
import modjvm.it.harness.Classes;
import modjvm.it.harness.Folders;
import modjvm.it.harness.Http;
import modjvm.it.harness.Httpd;
import modjvm.it.harness.RawClient;
import modjvm.it.harness.WebArchive;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Web applications in a WAR, in a folder, and servlets without one. */
class ServletTest {
    @AutoClose
    private static Httpd httpd;

    @BeforeAll
    static void start() throws Exception {
        httpd = Httpd.with()
                .module("auth_basic", "authn_core", "authn_file", "authz_user", "rewrite", "setenvif", "headers")
                .host("site", """
                        SetEnv SITE_NAME first
                        RewriteEngine On
                        RewriteRule ^/old/(.*)$ /shop/facts/$1 [PT]
                        <Location /shop/facts/private>
                            AuthType Basic
                            AuthName shop
                            AuthBasicProvider file
                            AuthUserFile ${WORK}/users
                            Require valid-user
                        </Location>
                        <Location /shop/members.jsp>
                            AuthType Basic
                            AuthName shop
                            AuthBasicProvider file
                            AuthUserFile ${WORK}/users
                            Require valid-user
                            SetEnvIf Groups (.*) GROUPS=$1
                            RequestHeader unset Groups
                        </Location>
                        JVMDaemonProcess site ${AS1} threads=4 class-path=${WORK}/shared.jar
                        JVMAlias /shop ${WORK}/shop.war "param.title=My shop" param.login.rolesVariable=GROUPS
                        JVMAlias /folder ${WORK}/folder
                        JVMAlias /outside ${WORK}/folder context=${WORK}/outside.xml
                        JVMAlias /astray ${WORK}/folder context=${WORK}/absent.xml
                        JVMAlias /argued ${APPS}/Hello.java argument=--port=${port} "argument=a b"
                        JVMAlias /alone ${APPS}/web/Alone.java entry-point=Alone
                        JVMAlias /slip ${WORK}/slip.war
                        JVMAlias /text ${WORK}/text.war
                        JVMAlias /broken ${WORK}/broken
                        JVMAlias /plain ${APPS}/Hello.java
                        JVMAliasMatch ^/wars/([a-z]+) ${WORK}/$1.war context=${WORK}/outside.xml
                        """)
                .write();
        Path sources = httpd.apps().resolve("web");
        Path work = httpd.work();
        Path shared = Folders.write(
                work.resolve("lib/Shared.java"),
                "package lib; public class Shared { @Override public String toString() { return \"of all\"; } }");
        Classes.jar(work.resolve("shared.jar"), Classes.compile(work.resolve("shared"), shared), "");
        new WebArchive(work.resolve("parts"))
                .classes(
                        sources.resolve("Facts.java"),
                        sources.resolve("Surroundings.java"),
                        sources.resolve("Later.java"),
                        sources.resolve("Chat.java"))
                .file("static.txt", "static")
                .file("large.bin", "x".repeat(1_000_000))
                .file("index.html", "<p>welcome")
                .file("page.jsp", "<%@ page contentType='text/plain' %>${1 + 2} ${param.a}")
                .file(
                        "open.jsp",
                        "<% String.class.getDeclaredField(\"value\").setAccessible(true);"
                                + " java.util.List.of().getClass().getDeclaredConstructors()[0].setAccessible(true); %>open")
                .file(
                        "rows.jsp",
                        "<% try (java.sql.Connection c = ((javax.sql.DataSource) new javax.naming.InitialContext()"
                                + ".lookup(\"java:comp/env/jdbc/shop\")).getConnection()) {"
                                + " out.print(c.getMetaData().getDatabaseProductName()); } %>")
                .file(
                        "META-INF/context.xml",
                        "<Context><Resource name='jdbc/shop' type='javax.sql.DataSource' maxTotal='2'"
                                + " driverClassName='org.h2.Driver' url='jdbc:h2:mem:shop'/></Context>")
                .copy("WEB-INF/lib/h2.jar", Path.of(System.getProperty("basedir", "."), "target/wars/h2.jar"))
                .file("shared.jsp", "<%= new lib.Shared() %>")
                .file("members.jsp", "<%= request.getRemoteUser() %> <%= request.isUserInRole(\"buyer\") %>")
                .file("empty/a.txt", "")
                .file("WEB-INF/secret.txt", "secret")
                .file(
                        "WEB-INF/web.xml",
                        "<web-app xmlns='https://jakarta.ee/xml/ns/jakartaee' version='6.1'>"
                                + "<error-page><error-code>418</error-code><location>/static.txt</location></error-page>"
                                + "<security-constraint><web-resource-collection>"
                                + "<web-resource-name>members</web-resource-name><url-pattern>/members.jsp</url-pattern>"
                                + "</web-resource-collection><auth-constraint><role-name>member</role-name>"
                                + "</auth-constraint></security-constraint>"
                                + "<login-config><auth-method>FORM</auth-method><form-login-config>"
                                + "<form-login-page>/static.txt</form-login-page>"
                                + "<form-error-page>/static.txt</form-error-page></form-login-config></login-config>"
                                + "<security-role><role-name>member</role-name></security-role>"
                                + "</web-app>")
                .pack(work.resolve("shop.war"));
        new WebArchive(work.resolve("folder"))
                .classes(sources.resolve("Facts.java"))
                .file("static.txt", "in a folder");
        new WebArchive(work.resolve("broken")).classes(sources.resolve("Broken.java"));
        Folders.write(
                work.resolve("outside.xml"),
                "<Context><Parameter name='title' value='from outside' override='false'/></Context>");
        WebArchive.of(work.resolve("slip.war"), "../slipped.txt", "out");
        Folders.write(work.resolve("text.war"), "no archive");
        byte[] hash = MessageDigest.getInstance("SHA-1").digest("secret".getBytes(StandardCharsets.US_ASCII));
        Folders.write(work.resolve("users"), "alice:{SHA}" + Base64.getEncoder().encodeToString(hash) + "\n");
        httpd.start();
        httpd.expect(
                "exploded in|took .* milliseconds|thrown on purpose|thrown late|slip.war|text.war|no database|work/broken|absent.xml|means nothing|startup failed"
                        + "|listeners failed to start|web: |AH01276|MJ00");
    }

    private static URI uri(String path) {
        return httpd.uri("site", path);
    }

    private static HttpResponse<String> get(String path) {
        return Http.get(uri(path));
    }

    @Test
    void shouldTellAServletWhatHttpdKnows() {
        assertThat(get("/shop/facts/a%20b?x=%C3%A4").body().lines())
                .containsExactly(
                        "method GET",
                        "uri /shop/facts/a%20b",
                        "context /shop",
                        "info /a b",
                        "query x=%C3%A4",
                        "user null null",
                        "principal null",
                        "filtered yes",
                        "heard initialized",
                        "title My shop",
                        "variable first",
                        "server " + uri("/").getHost() + " http false",
                        "cipher null");
    }

    @Test
    void shouldTakeHttpdsUserForThePrincipal() {
        HttpRequest.Builder request = Http.request(uri("/shop/facts/private"));

        assertThat(Http.send(request.build()).statusCode()).isEqualTo(401);
        String credentials = Base64.getEncoder().encodeToString("alice:secret".getBytes(StandardCharsets.US_ASCII));
        assertThat(Http.send(request.header("Authorization", "Basic " + credentials)
                                .build())
                        .body())
                .contains("user alice Basic", "principal GenericPrincipal[alice()]");
    }

    @Test
    void shouldTakeRolesFromTheVariableThatIsNamed() {
        String alice =
                "Basic " + Base64.getEncoder().encodeToString("alice:secret".getBytes(StandardCharsets.US_ASCII));
        HttpRequest.Builder request = Http.request(uri("/shop/members.jsp")).header("Authorization", alice);

        assertThat(get("/shop/members.jsp").statusCode()).isEqualTo(401);
        assertThat(Http.send(request.copy().build()).statusCode()).isEqualTo(403);
        assertThat(Http.send(request.copy().header("Groups", "member,buyer").build())
                        .body())
                .isEqualTo("alice true");
        assertThat(Http.send(request.copy().header("Groups", "member").build()).body())
                .isEqualTo("alice false");
        assertThat(Http.send(request.copy().header("Groups", "buyer").build()).statusCode())
                .isEqualTo(403);
    }

    @Test
    void shouldSeeThePoolsClassPath() {
        assertThat(get("/shop/shared.jsp").body()).isEqualTo("of all");
    }

    /** For libraries that reach into the JDK. */
    @Test
    void shouldOpenThePackagesThatTomcatsScriptOpens() {
        assertThat(get("/shop/open.jsp").body()).isEqualTo("open");
    }

    @Test
    void shouldReadForms() {
        HttpRequest request = Http.request(uri("/shop/facts?do=form&a=1"))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString("a=%C3%B6"))
                .build();

        assertThat(Http.send(request).body().lines()).containsExactly("1", "ö");
    }

    @Test
    void shouldReadMultipart() {
        String large = "x".repeat(300_000);
        HttpRequest request = Http.request(uri("/shop/facts?do=parts"))
                .header("Content-Type", "multipart/form-data; boundary=x")
                .POST(BodyPublishers.ofString(
                        "--x\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a.txt\"\r\n\r\n" + large
                                + "\r\n--x--\r\n"))
                .build();

        assertThat(Http.send(request).body().strip()).isEqualTo("f a.txt 300000");
    }

    @Test
    void shouldPassBodiesBothWays() {
        String large = "0123456789".repeat(100_000);

        assertThat(Http.post(uri("/shop/facts?do=echo"), BodyPublishers.ofString(large))
                        .body())
                .isEqualTo(large);
        assertThat(get("/shop/facts?do=big").body()).hasSize(65_536_000);
    }

    @Test
    void shouldKeepSessions() {
        HttpResponse<String> first = get("/shop/facts?do=session");
        String cookie = first.headers().firstValue("Set-Cookie").orElseThrow();
        HttpRequest second = Http.request(uri("/shop/facts?do=session"))
                .header("Cookie", cookie.substring(0, cookie.indexOf(';')))
                .build();

        assertThat(first.body()).isEqualTo("1");
        assertThat(cookie).contains("Path=/shop");
        assertThat(Http.send(second).body()).isEqualTo("2");
        String id = cookie.substring(cookie.indexOf('=') + 1, cookie.indexOf(';'));
        assertThat(get("/shop/facts;jsessionid=" + id + "?do=session").body()).isEqualTo("3");
    }

    @Test
    void shouldForwardAndInclude() {
        assertThat(get("/shop/facts?do=forward").body()).isEqualTo("static");
        assertThat(get("/shop/facts?do=include").body()).isEqualTo("[word]");
    }

    @Test
    void shouldAnswerErrors() {
        HttpResponse<String> thrown = get("/shop/facts?do=throw");

        assertThat(get("/shop/facts?do=error").statusCode()).isEqualTo(418);
        assertThat(get("/shop/facts?do=error").body()).isEqualTo("static");
        assertThat(thrown.statusCode()).isEqualTo(500);
        assertThat(thrown.body()).doesNotContain("purpose");
        httpd.log("site").await("thrown on purpose");
    }

    @Test
    void shouldBreakOffAResponseIfTheServletThrowsLate() throws IOException {
        try (RawClient client = new RawClient(httpd.port("site"))) {
            client.send("GET /shop/facts?do=late HTTP/1.1\r\nHost: x\r\n\r\n");
            String all = new String(client.input().readAllBytes(), StandardCharsets.ISO_8859_1);

            assertThat(all).contains("begun").doesNotContain("\r\n0\r\n\r\n");
        }
    }

    @Test
    void shouldServeFiles() {
        HttpResponse<String> small = get("/shop/static.txt");
        HttpRequest range = Http.request(uri("/shop/large.bin"))
                .header("Range", "bytes=5-9")
                .build();

        assertThat(small.body()).isEqualTo("static");
        assertThat(small.headers().firstValue("Content-Type")).contains("text/plain");
        assertThat(get("/shop/large.bin").body()).hasSize(1_000_000);
        assertThat(Http.send(range).statusCode()).isEqualTo(206);
        assertThat(Http.send(range).body()).isEqualTo("xxxxx");
        assertThat(get("/shop/").body()).isEqualTo("<p>welcome");
        assertThat(get("/shop").statusCode()).isEqualTo(302);
        assertThat(get("/shop/empty/").statusCode()).isEqualTo(404);
        assertThat(get("/shop/absent").statusCode()).isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/shop/WEB-INF/secret.txt",
                "/shop/web-inf/secret.txt",
                "/shop/WEB-INF;x=y/secret.txt",
                "/shop/;x=y/WEB-INF/secret.txt",
                "/shop/%57EB-INF/secret.txt",
                "/shop//WEB-INF/secret.txt",
                "/shop/./WEB-INF/secret.txt",
                "/shop/empty/../WEB-INF/secret.txt",
                "/shop/empty/..;/WEB-INF/secret.txt",
                "/shop/empty/%2e%2e;/WEB-INF/secret.txt",
                "/shop/WEB-INF%2fsecret.txt",
                "/shop/WEB-INF%5csecret.txt",
                "/shop/WEB-INF/web.xml;x=y",
                "/shop/META-INF;/../WEB-INF/secret.txt",
                "/folder/..;/shop/static.txt"
            })
    void shouldHideWhatIsTheApplicationsOwn(String path) throws IOException {
        RawClient.Reply reply = RawClient.get(httpd.port("site"), path);

        assertThat(reply.status()).isBetween(400, 404);
        assertThat(reply.text())
                .doesNotContain("secret\n")
                .isNotEqualTo("secret")
                .isNotEqualTo("static");
    }

    @ParameterizedTest
    @CsvSource({
        "/shop/facts/private/x,        401",
        "/shop/facts/%70rivate,        401",
        "/shop/facts//private,         401",
        "/shop//facts/private,         401",
        "/shop/x/../facts/private,     401",
        "/shop/x;/../facts/private,    401",
        "/shop/x/;/../facts/private,   404",
        "/shop/;x/facts/private,       400",
        "/shop/facts/;x/private,       400",
        "/shop/facts/..;/facts/private, 400",
    })
    void shouldNotOpenWhatHttpdCloses(String path, int status) throws IOException {
        assertThat(RawClient.get(httpd.port("site"), path).status()).isEqualTo(status);
    }

    @Test
    void shouldFollowRewriting() {
        assertThat(get("/old/a%20b").body()).contains("uri /shop/facts/a%20b", "info /a b\n");
    }

    @Test
    void shouldServeAFolder() {
        assertThat(get("/folder/static.txt").body()).isEqualTo("in a folder");
        assertThat(get("/folder/facts").body()).contains("context /folder");
    }

    @Test
    void shouldUseAContextXmlOutsideTheApplication() {
        assertThat(get("/outside/facts").body()).contains("title from outside");
    }

    @Test
    void shouldServeAFolderOfArchives() {
        assertThat(get("/wars/shop/facts").body()).contains("context /wars/shop", "title from outside");
        assertThat(get("/wars/absent/facts").statusCode()).isEqualTo(404);
    }

    @Test
    void shouldServeAServletAlone() {
        assertThat(get("/alone/x").body()).isEqualTo("/alone alone /x");
    }

    /** The driver is the application's own. */
    @Test
    void shouldGiveConnectionsToADatabase() {
        assertThat(get("/shop/rows.jsp").body()).isEqualTo("H2");
    }

    @Test
    void shouldServePages() {
        assertThat(get("/shop/page.jsp?a=b").body()).isEqualTo("3 b");
    }

    @ParameterizedTest
    @CsvSource({
        "/slip/,   slip.war: its entry ../slipped.txt leads out of the archive",
        "/text/,   'text.war: not an archive, or a broken one'",
        "/astray/, 'folder: context=.*absent.xml: no such file or folder; put it there, or correct context='",
        "/argued/, 'Hello.java: argument= means nothing to an application of this kind; leave it out'",
        "/broken/, 'broken: the web application does not start: .*no database'"
    })
    void shouldSayWhatIsWrongWithAnApplication(String path, String message) {
        assertThat(get(path).statusCode()).isEqualTo(500);
        httpd.log("site").await(message);
        assertThat(get("/plain/x").body()).isEqualTo("Hello, /x\n");
    }

    @Test
    void shouldAnswerAsynchronously() {
        assertThat(get("/shop/later?do=complete").body()).isEqualTo("completed");
        assertThat(get("/shop/later?do=timeout").body()).isEqualTo("timed out");
        assertThat(get("/shop/later?do=write").body()).hasSize(10_000_000);
        assertThat(Http.post(uri("/shop/later?do=read"), BodyPublishers.ofString("x".repeat(1_000_000)))
                        .body())
                .isEqualTo("1000000");
    }

    @Test
    void shouldWaitForASlowClient() throws IOException {
        try (RawClient client = new RawClient(httpd.port("site"))) {
            client.send("GET /shop/later?do=write HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
            int first = client.input().read();
            assertThat(get("/shop/static.txt").body()).isEqualTo("static");

            assertThat(first).isEqualTo('H');
            assertThat(client.input().readAllBytes()).hasSizeGreaterThan(10_000_000);
        }
    }

    private static List<CompletableFuture<String>> atOnce(int count, String path) {
        return Stream.generate(() ->
                        CompletableFuture.supplyAsync(() -> get(path).body(), Executors.newSingleThreadExecutor()))
                .limit(count)
                .toList();
    }

    /** The pool serves four requests at once. */
    @Test
    void shouldServeOthersWhileAsynchronousRequestsWait() throws Exception {
        List<RawClient> leaving = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            RawClient client = new RawClient(httpd.port("site"));
            client.send("GET /shop/later?do=hold HTTP/1.1\r\nHost: x\r\n\r\n");
            leaving.add(client);
        }
        List<CompletableFuture<String>> waiting = atOnce(12, "/shop/later?do=hold");
        Await.until(
                "all wait", Await.LONG, () -> get("/shop/later?do=held").body().equals("20"));

        assertThat(get("/shop/static.txt").body()).isEqualTo("static");
        for (RawClient client : leaving) {
            client.close();
        }
        Await.until(
                "some left", Await.LONG, () -> get("/shop/later?do=held").body().equals("12"));
        assertThat(atOnce(4, "/shop/later?do=meet"))
                .extracting(CompletableFuture::get)
                .containsOnly("met");
        get("/shop/later?do=release");
        assertThat(waiting).extracting(CompletableFuture::get).containsOnly("completed");
        assertThat(atOnce(4, "/shop/later?do=meet"))
                .extracting(CompletableFuture::get)
                .containsOnly("met");
    }

    @Test
    void shouldTellAnAsynchronousServletThatTheClientHasLeft() throws IOException {
        try (RawClient client = new RawClient(httpd.port("site"))) {
            client.send("GET /shop/later?do=wait HTTP/1.1\r\nHost: x\r\n\r\n");
            httpd.awaitReady("site", 1);
        }
        httpd.log("site").await("web: the client has left");
    }

    @Test
    void shouldTalkToAWebSocketEndpoint() throws Exception {
        CompletableFuture<String> heard = new CompletableFuture<>();
        WebSocket socket = HttpClient.newHttpClient()
                .newWebSocketBuilder()
                .buildAsync(URI.create(uri("/shop/chat").toString().replace("http:", "ws:")), new WebSocket.Listener() {
                    @Override
                    public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean isLast) {
                        heard.complete(data.toString());
                        return null;
                    }
                })
                .get(30, TimeUnit.SECONDS);
        socket.sendText("hello", true);

        assertThat(heard.get(30, TimeUnit.SECONDS)).isEqualTo("echo hello");
        socket.sendClose(WebSocket.NORMAL_CLOSURE, "").get(30, TimeUnit.SECONDS);
    }
}

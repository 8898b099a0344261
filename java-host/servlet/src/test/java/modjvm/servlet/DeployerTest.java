package modjvm.servlet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import modjvm.spi.ApplicationProvider;
import modjvm.spi.Deployment;
import modjvm.spi.DeploymentContext;
import modjvm.spi.LoadException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sample.Echo;
import sample.Failing;
import sample.Lacking;
import sample.Old;
import sample.Plain;
import sample.Rows;
import sample.Unmade;

class DeployerTest {
    @TempDir
    private Path root;

    private Site site;
    private final ApplicationProvider provider =
            ServiceLoader.load(ApplicationProvider.class).findFirst().orElseThrow();
    private final List<String> log = new ArrayList<>();
    private final AtomicInteger progress = new AtomicInteger();
    private final Map<String, String> parameters = new LinkedHashMap<>();
    private Optional<Path> state = Optional.empty();
    private Map<String, List<String>> options = Map.of("mount", List.of("/shop"));

    @BeforeEach
    void makeSite() throws Exception {
        site = new Site(root);
    }

    @AfterEach
    void close() throws Exception {
        site.close();
    }

    private Path war() throws IOException {
        Path war = root.resolve("shop.war");
        try (OutputStream file = Files.newOutputStream(war);
                ZipOutputStream zip = new ZipOutputStream(file);
                Stream<Path> files = Files.walk(site.folder())) {
            for (Path each : files.filter(Files::isRegularFile).toList()) {
                zip.putNextEntry(new ZipEntry(site.folder().relativize(each).toString()));
                Files.copy(each, zip);
            }
        }
        return war;
    }

    private DeploymentContext context(Path target) {
        return new FakeContext(target, parameters, options, state, log, progress);
    }

    private static String get(Deployment deployment, String path) throws Exception {
        FakeExchange exchange = FakeExchange.get("/shop" + path).at("/shop");
        deployment.handler().handle(exchange);
        return exchange.text();
    }

    private static void close(Deployment deployment) throws Exception {
        for (AutoCloseable resource : deployment.resources()) {
            resource.close();
        }
    }

    @Test
    void shouldClaimArchivesAndExplodedOnes() throws Exception {
        assertThat(provider.claims(context(war()))).isTrue();
        assertThat(provider.claims(context(site.folder()))).isTrue();
        assertThat(provider.claims(context(root))).isFalse();
        assertThat(provider.claims(context(root.resolve("absent.war")))).isFalse();
        assertThat(provider.claims(context(Files.createFile(root.resolve("app.jar")))))
                .isFalse();
    }

    @Test
    void shouldServeAnArchiveFromTheStateFolder() throws Exception {
        state = Optional.of(Files.createDirectory(root.resolve("state")));
        site.classes(Echo.class).file("static.txt", "static");
        Deployment deployment = provider.deploy(context(war()));

        assertThat(get(deployment, "/static.txt")).isEqualTo("static");
        assertThat(get(deployment, "/echo")).contains("context /shop");
        assertThat(get(deployment, "/echo?do=real"))
                .startsWith(state.get().toString())
                .endsWith("/static.txt");
        assertThat(log).singleElement().asString().contains("shop.war: exploded in");
        close(deployment);
    }

    @Test
    void shouldServeAnArchiveWithoutAStateFolderAndLeaveNothingBehind() throws Exception {
        site.classes(Echo.class).file("static.txt", "static");
        Deployment deployment = provider.deploy(context(war()));
        Path real = Path.of(get(deployment, "/echo?do=real"));

        assertThat(real).hasContent("static");
        close(deployment);
        assertThat(real).doesNotExist();
    }

    @Test
    void shouldServeAFolderAsItIs() throws Exception {
        site.classes(Echo.class).file("static.txt", "static");
        Deployment deployment = provider.deploy(context(site.folder()));

        assertThat(get(deployment, "/echo?do=real"))
                .isEqualTo(site.folder().resolve("static.txt").toString());
        close(deployment);
        assertThat(site.folder().resolve("static.txt")).exists();
    }

    @Test
    void shouldHandParametersOn() throws Exception {
        parameters.put("own", "from httpd");
        parameters.put("connector.maxPostSize", "3");
        site.classes(Echo.class)
                .file(
                        "META-INF/context.xml",
                        "<Context><Environment name='answer' type='java.lang.String' value='-'/></Context>")
                .file(
                        "WEB-INF/web.xml",
                        "<web-app xmlns='https://jakarta.ee/xml/ns/jakartaee' version='6.1'><context-param>"
                                + "<param-name>own</param-name><param-value>of the application</param-value>"
                                + "</context-param></web-app>");
        Deployment deployment = provider.deploy(context(site.folder()));
        FakeExchange long_ =
                FakeExchange.of("POST", "/shop/echo").at("/shop").body("application/x-www-form-urlencoded", "a=12345");
        deployment.handler().handle(long_);

        assertThat(get(deployment, "/echo?do=environment")).isEqualTo("- from httpd");
        assertThat(long_.status()).isBetween(400, 413);
        close(deployment);
    }

    private Path config(String content) throws IOException {
        Path file = Files.writeString(root.resolve("outside.xml"), content);
        options = Map.of("mount", List.of("/shop"), "context", List.of(file.toString()));
        return file;
    }

    @Test
    void shouldPreferAContextXmlOutsideTheApplication() throws Exception {
        site.classes(Echo.class)
                .file(
                        "META-INF/context.xml",
                        "<Context><Environment name='answer' type='java.lang.String' value='inside'/></Context>");
        config("<Context><Environment name='answer' type='java.lang.String' value='outside'/></Context>");
        Deployment deployment = provider.deploy(context(site.folder()));

        assertThat(get(deployment, "/echo?do=environment")).startsWith("outside ");
        close(deployment);
    }

    @Test
    void shouldSayWhatIsWrongInAContextXml() throws Exception {
        for (String[] wrong : new String[][] {
            {"<Context>", "XML document structures must start and end within the same entity"},
            {"<Context><Valve className='no.such.Valve'/></Context>", "no.such.Valve"},
            {"", "Premature end of file"}
        }) {
            Path file = config(wrong[0]);
            assertThatThrownBy(() -> provider.deploy(context(site.folder())))
                    .isInstanceOf(LoadException.class)
                    .hasMessageContaining(file.getFileName().toString())
                    .hasMessageContaining(wrong[1]);
        }
    }

    @Test
    void shouldRefuseWhatIsForOtherKinds() throws Exception {
        options = Map.of("argument", List.of("x"));
        assertThatThrownBy(() -> provider.deploy(context(site.folder())))
                .hasMessage(site.folder() + ": argument= has no meaning here: an application takes JVMParameter");
        options = Map.of("context", List.of("/x"));
        assertThatThrownBy(() -> provider.entryKinds().get(0).deploy(new Plain(), context(root)))
                .hasMessage(
                        root + ": context= has no meaning here: it is for web applications: put the servlet into one");
    }

    @Test
    void shouldRefuseAnUnknownAttributeOfTheConnector() throws Exception {
        parameters.put("connector.colour", "red");

        assertThatThrownBy(() -> provider.deploy(context(site.folder())))
                .isInstanceOf(LoadException.class)
                .hasMessageContaining("connector.colour");
    }

    @Test
    void shouldSayWhyAnApplicationDoesNotStart() throws Exception {
        site.classes(Failing.class);

        assertThatThrownBy(() -> provider.deploy(context(site.folder())))
                .isInstanceOf(LoadException.class)
                .hasMessageMatching(".*app: the web application does not start: .*sample.Failing.*no database");
    }

    @Test
    void shouldSayThatAClassCannotBeInitialised() throws Exception {
        site.classes(Unmade.class);

        assertThatThrownBy(() -> provider.deploy(context(site.folder())))
                .isInstanceOf(LoadException.class)
                .hasMessageMatching(".*app: the web application does not start: .*sample.Unmade.*no licence");
    }

    @Test
    void shouldSayThatAClassIsForALaterJava() throws Exception {
        site.classes(Failing.class);
        Path file = site.folder().resolve("WEB-INF/classes/sample/Failing.class");
        byte[] bytes = Files.readAllBytes(file);
        bytes[7] = 99;
        Files.write(file, bytes);

        assertThatThrownBy(() -> provider.deploy(context(site.folder())))
                .isInstanceOf(LoadException.class)
                .hasMessageMatching(".*app: the web application does not start: .*sample/Failing.*99.*");
    }

    @Test
    void shouldSayWhichClassIsMissing() throws Exception {
        site.classes(Lacking.class);
        Files.delete(site.folder().resolve("WEB-INF/classes/sample/Lacking$Needed.class"));
        // The parent of the tests has the class.
        Path classes = site.folder().resolve("WEB-INF/classes");
        byte[] bytes = Files.readAllBytes(classes.resolve("sample/Lacking.class"));
        String text = new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1)
                .replace("sample/Lacking$Needed", "sample/Lacking$Absent");
        Files.write(
                classes.resolve("sample/Lacking.class"), text.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1));

        assertThatThrownBy(() -> provider.deploy(context(site.folder())))
                .isInstanceOf(LoadException.class)
                .hasMessageContaining("NoClassDefFoundError")
                .hasMessageContaining("sample/Lacking$Absent");
    }

    private String rows(String attributes) throws Exception {
        site.classes(Rows.class)
                .file(
                        "META-INF/context.xml",
                        "<Context><Resource name='jdbc/shop' type='javax.sql.DataSource' driverClassName='org.h2.Driver'"
                                + " url='jdbc:h2:mem:shop' " + attributes + "/></Context>");
        Deployment deployment = provider.deploy(context(site.folder()));
        String rows = get(deployment, "/rows");
        close(deployment);
        return rows;
    }

    @Test
    void shouldHaveAPoolOfConnectionsAndCloseIt() throws Exception {
        assertThat(rows("")).isEqualTo("1 of 8, 8 idle at most, 1 open, class org.apache.tomcat.jdbc.pool.DataSource");
        assertThat(Rows.isClosed()).isTrue();
    }

    @Test
    void shouldTakeDbcpsNamesForItsPool() throws Exception {
        assertThat(rows("factory='org.apache.tomcat.dbcp.dbcp2.BasicDataSourceFactory' maxTotal='3' initialSize='2'"))
                .startsWith("1 of 3, 3 idle at most, 2 open");
    }

    @Test
    void shouldLeaveTheSettingsOfTomcatsOwnPoolAlone() throws Exception {
        assertThat(rows("factory='org.apache.tomcat.jdbc.pool.DataSourceFactory' maxTotal='3'"))
                .startsWith("1 of 100, 100 idle at most, 10 open");
        assertThat(Rows.isClosed()).isTrue();
    }

    @Test
    void shouldTakeAnotherPoolOfConnections() throws Exception {
        site.file(
                "META-INF/context.xml",
                "<Context><Resource name='jdbc/shop' type='javax.sql.DataSource' factory='shop.Pool'/></Context>");

        close(provider.deploy(context(site.folder())));
    }

    @Test
    void shouldSayThatWebXmlIsBroken() throws Exception {
        site.file("WEB-INF/web.xml", "<web-app><servlet>");

        assertThatThrownBy(() -> provider.deploy(context(site.folder())))
                .isInstanceOf(LoadException.class)
                .hasMessageContaining("web.xml");
    }

    @Test
    void shouldSayThatAnArchiveIsBroken() throws Exception {
        Path war = Files.writeString(root.resolve("broken.war"), "nothing");

        assertThatThrownBy(() -> provider.deploy(context(war)))
                .isInstanceOf(LoadException.class)
                .hasMessageMatching(".*broken.war: not an archive, or a broken one: .*");
    }

    private void makeOld() throws IOException {
        site.classes(Old.class);
        site.file(
                "page.jsp", "<%@ page import='javax.servlet.http.Cookie' %><%= new Cookie(\"a\", \"b\").getName() %>");
        site.file(
                "WEB-INF/web.xml",
                "<web-app xmlns='http://xmlns.jcp.org/xml/ns/javaee' version='4.0'><servlet><servlet-name>o</servlet-name>"
                        + "<servlet-class>sample.Old</servlet-class></servlet><servlet-mapping>"
                        + "<servlet-name>o</servlet-name><url-pattern>/old</url-pattern></servlet-mapping></web-app>");
    }

    @Test
    void shouldConvertAWarOfJavaxOnce() throws Exception {
        state = Optional.of(Files.createDirectory(root.resolve("state")));
        makeOld();
        Path war = war();
        Deployment deployment = provider.deploy(context(war));

        assertThat(get(deployment, "/old")).isEqualTo("javax /shop null");
        assertThat(get(deployment, "/page.jsp")).isEqualTo("a");
        Deployment again = provider.deploy(context(war));
        close(deployment);
        close(again);
        assertThat(log).hasSize(2);
        assertThat(log.get(0)).matches(".*/shop.war: exploded in \\d+ ms");
        assertThat(log.get(1)).matches(".*/shop.war: converted from javax.servlet to jakarta.servlet in \\d+ ms");
        assertThat(progress).hasPositiveValue();
    }

    @Test
    void shouldConvertAFolderOfJavaxElsewhere() throws Exception {
        state = Optional.of(Files.createDirectory(root.resolve("state")));
        makeOld();
        Path old = site.folder().resolve("WEB-INF/classes/sample/Old.class");
        byte[] before = Files.readAllBytes(old);
        Deployment deployment = provider.deploy(context(site.folder()));

        assertThat(get(deployment, "/old")).isEqualTo("javax /shop null");
        assertThat(old).hasBinaryContent(before);
        close(deployment);
        assertThat(log).singleElement().asString().contains("/app: converted from javax.servlet");
    }

    @Test
    void shouldKnowAnOldApplicationByItsLibraries() throws Exception {
        makeOld();
        Files.delete(site.folder().resolve("page.jsp"));
        Path classes = site.folder().resolve("WEB-INF/classes");
        Path lib = Files.createDirectories(site.folder().resolve("WEB-INF/lib"));
        try (ZipOutputStream jar = new ZipOutputStream(Files.newOutputStream(lib.resolve("old.jar")))) {
            jar.putNextEntry(new ZipEntry("sample/Old.class"));
            Files.copy(classes.resolve("sample/Old.class"), jar);
        }
        Files.delete(classes.resolve("sample/Old.class"));
        Deployment deployment = provider.deploy(context(site.folder()));

        assertThat(get(deployment, "/old")).isEqualTo("javax /shop null");
        close(deployment);
    }

    @Test
    void shouldServeAServletAlone() throws Exception {
        parameters.put("title", "My site");
        assertThat(provider.entryKinds().get(0).isApplication(Plain.class)).isTrue();
        Deployment deployment = provider.entryKinds().get(0).deploy(new Plain(), context(root));

        assertThat(get(deployment, "/a/b")).isEqualTo("/shop /a/b true My site");
        close(deployment);
    }

    @Test
    void shouldMountAServletAloneWhereItsFirstRequestFindsIt() throws Exception {
        options = Map.of();
        Deployment deployment = provider.entryKinds().get(0).deploy(new Plain(), context(root));

        assertThat(get(deployment, "/a/b")).isEqualTo("/shop /a/b true null");
        assertThat(get(deployment, "/c")).isEqualTo("/shop /c true null");
        FakeExchange elsewhere = FakeExchange.get("/other/a").at("/other");
        deployment.handler().handle(elsewhere);
        assertThat(elsewhere.failure).contains("serves /shop/ already, and cannot serve /other/ too");
        close(deployment);
    }

    @Test
    void shouldMountAServletAloneAtTheRoot() throws Exception {
        options = Map.of();
        Deployment deployment = provider.entryKinds().get(0).deploy(new Plain(), context(root));
        FakeExchange exchange = FakeExchange.get("/a/b");
        deployment.handler().handle(exchange);

        assertThat(exchange.text()).isEqualTo(" /a/b true null");
        close(deployment);
    }
}

package modjvm.loading;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What applications bring along for the JDK, which looks for it once in a JVM. */
class JdkServicesTest {
    private static final String DRIVER = "package db; import java.sql.*;"
            + "public class FakeDriver implements Driver {"
            + "  static { try { DriverManager.registerDriver(new FakeDriver(), () -> System.setProperty(\"db.released\", \"yes\")); }"
            + "    catch (SQLException e) { throw new ExceptionInInitializerError(e); } }"
            + "  public Connection connect(String url, java.util.Properties p) { return acceptsURL(url) ? (Connection)"
            + "    java.lang.reflect.Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] {Connection.class},"
            + "    (proxy, method, arguments) -> method.getName().equals(\"toString\") ? \"fake\" : null) : null; }"
            + "  public boolean acceptsURL(String url) { return url.equals(\"jdbc:fake:\"); }"
            + "  public DriverPropertyInfo[] getPropertyInfo(String url, java.util.Properties p) { return null; }"
            + "  public int getMajorVersion() { return 1; }"
            + "  public int getMinorVersion() { return 0; }"
            + "  public boolean jdbcCompliant() { return false; }"
            + "  public java.util.logging.Logger getParentLogger() { return null; } }";
    private static final String USER =
            "package db; class User { static Response application(Request r) throws Exception {"
                    + " return Response.text(\"\" + java.sql.DriverManager.getConnection(\"jdbc:fake:\")); } }";
    private static final String SERVICE = "META-INF/services/java.sql.Driver";

    @TempDir
    Path folder;

    private Workbench bench;

    @BeforeEach
    void makeBench() {
        bench = new Workbench(folder);
    }

    private Path withService(Path classes, String drivers) throws Exception {
        Path file = classes.resolve(SERVICE);
        Files.createDirectories(file.getParent());
        Files.writeString(file, drivers);
        return classes;
    }

    private Path shop() throws Exception {
        return bench.jar("shop.jar", "", withService(bench.classes("shop", DRIVER, USER), "db.FakeDriver\n"));
    }

    @Test
    void shouldFindTheDriverOfEachMountOfAJar() throws Exception {
        Path shop = shop();
        byte[] first = Workbench.definition(shop, "application", "", "a=1");
        byte[] second = Workbench.definition(shop, "application", "", "a=2");
        Mounts mounts = bench.mounts(first, second);

        assertThat(Workbench.ask(Workbench.find(mounts, first))).isEqualTo("fake");
        assertThat(Workbench.ask(Workbench.find(mounts, second))).isEqualTo("fake");
    }

    @Test
    void shouldFindADriverOfTheClassPathFromEachMount() throws Exception {
        Path drivers = bench.jar("drivers.jar", "", withService(bench.classes("drivers", DRIVER), "db.FakeDriver\n"));
        byte[] first = Workbench.definition(bench.classes("one", USER), "application");
        byte[] second = Workbench.definition(bench.classes("two", USER), "application");
        Mounts mounts = new Mounts(
                Workbench.own(),
                PoolProcess.BARE,
                List.of(drivers),
                Workbench.ANYBODY,
                Workbench.EVERYTHING,
                new Watch(List.of()),
                bench.nothingKept(),
                bench.log);
        mounts.preload(List.of(first, second), 2);

        assertThat(Workbench.ask(Workbench.find(mounts, first))).isEqualTo("fake");
        assertThat(Workbench.ask(Workbench.find(mounts, second))).isEqualTo("fake");
    }

    @Test
    void shouldPassOverDriversThatCannotBeUsedAndTell() throws Exception {
        Path classes =
                withService(bench.classes("shop", DRIVER, USER), "db.Missing\njava.lang.String\ndb.FakeDriver\n");
        byte[] definition = Workbench.definition(classes, "application");

        assertThat(Workbench.ask(Workbench.find(bench.mounts(definition), definition)))
                .isEqualTo("fake");
        assertThat(bench.logged()).contains("JDBC driver: cannot be used: ").contains("db.Missing");
    }

    @Test
    void shouldReleaseDriversWhenTheApplicationsAreClosed() throws Exception {
        byte[] first = Workbench.definition(shop(), "application", "g", "a=1");
        byte[] second = Workbench.definition(shop(), "application", "g", "a=2");
        Mounts mounts = bench.mounts(first, second);
        Workbench.ask(Workbench.find(mounts, first));
        System.clearProperty("db.released");

        mounts.close(Duration.ofSeconds(Workbench.DEADLINE_SECONDS));

        assertThat(System.getProperty("db.released")).isEqualTo("yes");
        assertThat(bench.logged()).isEmpty();
    }

    @Test
    void shouldFindTheImagePluginsOfTheSecondApplication() throws Exception {
        String plugin = "package img; public class Reader extends javax.imageio.spi.ImageReaderSpi {"
                + " public Reader() { super(\"us\", \"1\", new String[] {\"FORMAT\"}, null, null, \"img.None\","
                + "  new Class<?>[] {javax.imageio.stream.ImageInputStream.class}, null, false, null, null, null, null, false, null, null, null, null); }"
                + " public boolean canDecodeInput(Object o) { return false; }"
                + " public javax.imageio.ImageReader createReaderInstance(Object o) { return null; }"
                + " public String getDescription(java.util.Locale l) { return \"\"; } }";
        String user = "class Formats { static Response application(Request r) { return Response.text("
                + "\"\" + java.util.List.of(javax.imageio.ImageIO.getReaderFormatNames()).contains(\"FORMAT\")); } }";
        byte[][] all = new byte[2][];
        for (int i = 0; i < 2; i++) {
            Path classes = bench.classes(
                    "app" + i, plugin.replace("FORMAT", "format" + i), user.replace("FORMAT", "format" + i));
            Path file = classes.resolve("META-INF/services/javax.imageio.spi.ImageReaderSpi");
            Files.createDirectories(file.getParent());
            Files.writeString(file, "img.Reader\n");
            all[i] = Workbench.definition(classes, "application");
        }
        Mounts mounts = bench.mounts(all);

        assertThat(Workbench.ask(Workbench.find(mounts, all[0]))).isEqualTo("true");
        assertThat(Workbench.ask(Workbench.find(mounts, all[1]))).isEqualTo("true");
    }
}

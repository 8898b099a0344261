package modjvm.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import modjvm.it.harness.Classes;
import modjvm.it.harness.ErrorLog;
import modjvm.it.harness.Folders;
import modjvm.it.harness.Http;
import modjvm.it.harness.Httpd;
import modjvm.it.harness.Prefix;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * One application three times in one pool, with other libraries: what it logs by each backend, and
 * that they do not see each other's.
 */
class LoggersTest {
    private static final List<String> LOGBACK =
            List.of("slf4j-api.jar", "logback-classic.jar", "logback-core.jar", "h2-new.jar");
    private static final List<String> LOG4J =
            List.of("slf4j-api.jar", "log4j-api.jar", "log4j-core.jar", "log4j-slf4j2-impl.jar", "h2-old.jar");
    private static final List<String> JDK = List.of("slf4j-api.jar", "modjvm-slf4j.jar", "h2-new.jar");

    /** Log4j's own default shows nothing but errors. */
    private static final String LOG4J_CONFIGURATION = """
            <Configuration>
              <Appenders>
                <Console name="console">
                  <PatternLayout pattern="%d{HH:mm:ss.SSS} [%t] %-5level %logger{36} - %msg%n"/>
                </Console>
              </Appenders>
              <Loggers>
                <Root level="info">
                  <AppenderRef ref="console"/>
                </Root>
              </Loggers>
            </Configuration>
            """;

    @AutoClose
    private static Httpd httpd;

    @BeforeAll
    static void start() throws IOException {
        httpd = Httpd.with()
                .main("LogLevel jvm:info\nJVMDaemonProcess loggers ${AS1}")
                .host("loggers", """
                        JVMProcessGroup loggers
                        JVMAlias /logback ${WORK}/logback.jar entry-point=Talks::application
                        JVMAlias /log4j ${WORK}/log4j.jar entry-point=Talks::application
                        JVMAlias /jdk ${WORK}/jdk.jar entry-point=Talks::application
                        """)
                .write();
        Path libraries = Path.of(System.getProperty("basedir", "."), "target/libraries");
        for (Path library : Files.list(libraries).toList()) {
            Files.copy(library, httpd.work().resolve(library.getFileName()));
        }
        Files.copy(Prefix.jars().resolve("modjvm-slf4j.jar"), httpd.work().resolve("modjvm-slf4j.jar"));
        jar("logback", LOGBACK);
        Folders.write(jar("log4j", LOG4J).resolve("log4j2.xml"), LOG4J_CONFIGURATION);
        jar("log4j", LOG4J);
        jar("jdk", JDK);
        httpd.start();
        httpd.expect("failed|inner|at [a-z.]|at Talks");
    }

    /** Makes NAME.jar. Returns the folder with its classes. */
    private static Path jar(String name, List<String> libraries) {
        Path work = httpd.work();
        Path classes = work.resolve(name);
        String classPath = Prefix.jars().resolve("modjvm-api.jar") + ":" + work.resolve("slf4j-api.jar");
        Classes.compile(classes, classPath, httpd.apps().resolve("packaged/Talks.java"));
        Classes.jar(work.resolve(name + ".jar"), classes, "", libraries);
        return classes;
    }

    @ParameterizedTest
    @CsvSource({"logback, 4", "log4j, 3", "jdk, 4"})
    void shouldLogWithLevelAndId(String name, String driver) {
        String words = name + "-1";
        String backend =
                Http.get(httpd.uri("loggers", "/" + name + "?" + words)).body();
        assertThat(backend)
                .containsIgnoringCase(name.equals("jdk") ? "modjvm" : name)
                .endsWith(" " + driver);

        ErrorLog log = httpd.log("loggers");
        String warned = log.await("warned " + words + "$");
        assertThat(warned).contains("[jvm:warn]", "[client 127.0.0.1:", "[pool loggers] [id ", "shop.Talks");
        assertThat(log.await("informed " + words + "$")).contains("[jvm:info]", "[id ");
        assertThat(log.await("failed " + words + "$")).contains("[jvm:error]", "[id ");
        assertThat(log.await("IllegalStateException: inner " + words)).contains("[jvm:error]", "[id ");
        assertThat(httpd.log().await("elsewhere " + words + "$")).contains("[jvm:warn]", "[pool loggers] ");
    }

    @Test
    void shouldKeepTheLibrariesOfOneFromTheOthers() {
        assertThat(Http.get(httpd.uri("loggers", "/logback?x")).body()).startsWith("ch.qos.logback.classic.Logger ");
        assertThat(Http.get(httpd.uri("loggers", "/log4j?x")).body())
                .startsWith("org.apache.logging.slf4j.Log4jLogger ");
        assertThat(Http.get(httpd.uri("loggers", "/jdk?x")).body()).startsWith("modjvm.slf4j.JdkLogger ");
    }
}

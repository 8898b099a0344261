package modjvm.it.harness;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A Tomcat that serves HTTP by itself, from the jars that mod_jvm has: what an application answers
 * there is right.
 */
public final class StockTomcat implements AutoCloseable {
    private static final String SERVER = """
            <Server port='-1'>
              <Service name='Catalina'>
                <Connector port='%d' address='127.0.0.1'/>
                <Engine name='Catalina' defaultHost='localhost'>
                  <Host name='localhost' autoDeploy='false' deployOnStartup='true' deployXML='true'/>
                </Engine>
              </Service>
            </Server>
            """;

    private final int port = Ports.free();
    private final Process process;

    /**
     * Starts one.
     *
     * @param folder for what it needs; is made
     * @param webXml the default web.xml
     * @param path of the application, such as {@code /examples}
     * @param application its folder
     * @param context its context.xml, without docBase
     */
    public StockTomcat(Path folder, Path webXml, String path, Path application, String context) throws IOException {
        Files.createDirectories(folder.resolve("conf/Catalina/localhost"));
        Files.createDirectories(folder.resolve("temp"));
        Files.createDirectories(folder.resolve("webapps"));
        Files.copy(webXml, folder.resolve("conf/web.xml"));
        Files.writeString(folder.resolve("conf/server.xml"), SERVER.formatted(port));
        Files.writeString(
                folder.resolve("conf/Catalina/localhost" + path + ".xml"),
                context.replaceFirst("<Context", "<Context docBase='" + application + "'"));
        process = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElse("java"),
                        "-cp",
                        jars(),
                        "-Dcatalina.base=" + folder,
                        "-Dcatalina.home=" + folder,
                        "-Djava.io.tmpdir=" + folder.resolve("temp"),
                        "-XX:TieredStopAtLevel=1",
                        "org.apache.catalina.startup.Tomcat",
                        "--no-jmx",
                        "--await")
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile())
                .start();
        try {
            Await.until("Tomcat listens, or ends", Await.LONG, () -> Ports.answers(port) || !process.isAlive());
            assertThat(process.isAlive()).as("Tomcat runs").isTrue();
        } catch (AssertionError e) {
            close();
            throw new AssertionError(e.getMessage() + ":\n" + Files.readString(folder.resolve("log")), e);
        }
    }

    private static String jars() {
        try (Stream<Path> jars = Files.list(Prefix.jars().resolve("servlet"))) {
            return jars.filter(jar -> jar.getFileName().toString().endsWith(".jar"))
                    .filter(jar -> !jar.getFileName().toString().startsWith("modjvm"))
                    .map(Path::toString)
                    .collect(Collectors.joining(":"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public URI uri(String path) {
        return URI.create("http://127.0.0.1:" + port + path);
    }

    @Override
    public void close() {
        process.destroy();
        process.onExit().join();
    }
}

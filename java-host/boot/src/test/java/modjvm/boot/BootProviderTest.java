package modjvm.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;
import modjvm.spi.ApplicationProvider;
import modjvm.spi.LoadException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import sample.Main;

class BootProviderTest {
    private static final Map<String, String> FAT =
            Map.of("Spring-Boot-Version", "4.0.0", "Start-Class", "sample.Main", "Main-Class", "launch.JarLauncher");

    @TempDir
    private Path root;

    private Path state;
    private final ApplicationProvider provider =
            ServiceLoader.load(ApplicationProvider.class).findFirst().orElseThrow();

    @BeforeEach
    void makeFolder() throws IOException {
        state = Files.createDirectory(root.resolve("state"));
    }

    private static Path jar(Path jar, Map<String, String> attributes, String... entries) throws IOException {
        Files.createDirectories(jar.getParent());
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        attributes.forEach((name, value) -> manifest.getMainAttributes().putValue(name, value));
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar), manifest)) {
            for (String entry : entries) {
                out.putNextEntry(new ZipEntry(entry));
                if (entry.endsWith("sample/Main.class")) {
                    try (InputStream in = Main.class.getResourceAsStream("Main.class")) {
                        in.transferTo(out);
                    }
                } else if (entry.endsWith(".jar")) {
                    new JarOutputStream(out, new Manifest()).finish();
                }
            }
        }
        return jar;
    }

    private Path fat(String server) throws IOException {
        return jar(
                root.resolve("shop.jar"),
                FAT,
                "BOOT-INF/classes/sample/Main.class",
                "BOOT-INF/lib/b.jar",
                "BOOT-INF/lib/" + server + ".jar");
    }

    private Path extracted() throws IOException {
        Path folder = root.resolve("shop");
        jar(folder.resolve("lib/tomcat-embed-core-11.0.1.jar"), Map.of());
        return jar(
                folder.resolve("shop.jar"),
                Map.of(
                        "Spring-Boot-Version",
                        "4.0.0",
                        "Main-Class",
                        "sample.Main",
                        "Class-Path",
                        "lib/tomcat-embed-core-11.0.1.jar"),
                "sample/Main.class");
    }

    private boolean claims(Path target) {
        return provider.claims(new FakeContext(target, state));
    }

    @Test
    void shouldClaimWhatSpringBootHasPacked() throws IOException {
        assertThat(claims(fat("tomcat-embed-core-11.0.1"))).isTrue();
        assertThat(claims(extracted())).isTrue();
        assertThat(claims(root.resolve("shop"))).isTrue();
    }

    @Test
    void shouldClaimNothingElse() throws IOException {
        assertThat(claims(jar(root.resolve("a.jar"), Map.of("Main-Class", "sample.Main"))))
                .isFalse();
        assertThat(claims(Files.writeString(root.resolve("b.jar"), "no jar"))).isFalse();
        assertThat(claims(root)).isFalse();
        assertThat(claims(Files.createDirectories(root.resolve("c/lib")).getParent()))
                .isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "jetty-server-12.0.1,       its web server is Jetty",
        "undertow-core-2.3.1,       its web server is Undertow",
        "reactor-netty-http-1.2.1,  its web server is Netty",
        "spring-core-7.0.1,         it brings no web server along",
        "tomcat-embed-core-9.0.90,  it was made with Spring Boot 2",
    })
    void shouldSayWhichServerItIsNotFor(String library, String message) throws IOException {
        FakeContext context = new FakeContext(fat(library), state);

        assertThatThrownBy(() -> provider.deploy(context))
                .isInstanceOf(LoadException.class)
                .hasMessageContaining("shop.jar: " + message);
    }

    @Test
    void shouldRunTheMainMethod() throws IOException {
        FakeContext context = new FakeContext(fat("tomcat-embed-core-11.0.1"), state);
        context.options.put("argument", List.of("argued"));

        assertThatThrownBy(() -> provider.deploy(context))
                .isInstanceOf(LoadException.class)
                .hasMessageContaining(
                        "shop.jar: sample.Main::main does not start the application: java.lang.IllegalStateException: argued boot boot");
        assertThat(context.log).singleElement().asString().contains("shop.jar: exploded in");
    }

    @Test
    void shouldRunWhatWasExtracted() throws IOException {
        FakeContext context = new FakeContext(extracted().getParent(), state);
        context.entryPoint = "main";

        assertThatThrownBy(() -> provider.deploy(context))
                .isInstanceOf(LoadException.class)
                .hasMessageContaining("shop: its main method has returned, and it has started no web server");
        assertThat(context.watched).containsExactly(root.resolve("shop/lib"));
        assertThat(state).isEmptyDirectory();
    }

    @ParameterizedTest
    @CsvSource({
        "sample.Absent,     no class sample.Absent; correct JVMEntryPoint",
        "java.lang.String,  the class java.lang.String has no method static void main(String[])",
        "sample.Main::run,  the entry point sample.Main::run is no main method",
    })
    void shouldSayThatTheEntryPointIsWrong(String entryPoint, String message) throws IOException {
        FakeContext context = new FakeContext(extracted(), state);
        context.entryPoint = entryPoint;

        assertThatThrownBy(() -> provider.deploy(context))
                .isInstanceOf(LoadException.class)
                .hasMessageContaining("shop.jar: " + message);
    }

    @Test
    void shouldRefuseAContextOfTomcats() throws IOException {
        FakeContext context = new FakeContext(extracted(), state);
        context.options.put("context", List.of("/etc/context.xml"));

        assertThatThrownBy(() -> provider.deploy(context)).hasMessageContaining("context= is for web applications");
    }

    @Test
    void shouldTakeTheLibrariesInTheOrderOfTheIndex() throws IOException {
        Path exploded =
                Files.createDirectories(root.resolve("exploded/BOOT-INF")).getParent();
        Files.writeString(
                exploded.resolve("BOOT-INF/classpath.idx"), "- \"BOOT-INF/lib/z.jar\"\n- \"BOOT-INF/lib/a.jar\"\n");

        BootLayout layout = BootLayout.ofFat(fat("x"), exploded);

        assertThat(layout.mainClass()).isEqualTo("sample.Main");
        assertThat(layout.classPath())
                .containsExactly(
                        exploded.resolve("BOOT-INF/classes"),
                        exploded.resolve("BOOT-INF/lib/z.jar"),
                        exploded.resolve("BOOT-INF/lib/a.jar"));
    }
}

package modjvm.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import javax.tools.ToolProvider;
import modjvm.spi.Deployment;
import modjvm.spi.MemoryExchange;
import modjvm.spi.MemoryRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which definitions are of programs with a server of their own, and how their jars are loaded. */
@Timeout(60)
class ProxyProviderTest {
    private static final String LAUNCHER = """
            package org.springframework.boot.loader.launch;
            import com.sun.net.httpserver.HttpServer;
            import java.net.InetSocketAddress;
            public class JarLauncher {
                public static void main(String[] arguments) throws Exception {
                    HttpServer server = HttpServer.create(
                            new InetSocketAddress("127.0.0.1", Integer.parseInt(arguments[0])), 0);
                    byte[] answer = JarLauncher.class.getClassLoader().equals(ClassLoader.getSystemClassLoader())
                            ? "class path".getBytes() : "other".getBytes();
                    server.createContext("/", exchange -> {
                        exchange.sendResponseHeaders(200, answer.length);
                        exchange.getResponseBody().write(answer);
                        exchange.close();
                    });
                    server.start();
                }
            }
            """;

    private final ProxyProvider provider = new ProxyProvider();

    @TempDir
    Path folder;

    private static FakeContext context(Path target, String entryPoint, String argument, String parameter) {
        return new FakeContext(target, entryPoint, List.of(argument), Map.of("x", parameter));
    }

    @ParameterizedTest
    @CsvSource({
        "main,        --port=${port}, y,                 true",
        "main,        ${socket},      y,                 true",
        "a.Main::main, y,             ${port},           true",
        "main,        y,              'http://a:$\\{port}', true",
        "application, ${port},        y,                 true",
        "application, y,              ${port},           false",
        "main,        ${ports},       y,                 false",
        "main,        $port,          y,                 false",
    })
    void shouldKnowAProgramByItsArguments(String entryPoint, String argument, String parameter, boolean isThere) {
        assertThat(provider.isSelected(context(folder.resolve("a.jar"), entryPoint, argument, parameter)))
                .isEqualTo(isThere);
    }

    @Test
    void shouldSayThatOnlyAMainMethodHasArguments() {
        FakeContext context = context(folder.resolve("a.jar"), "application", "${port}", "y");
        assertThat(provider.claims(context)).isTrue();
        assertThatThrownBy(() -> provider.deploy(context))
                .hasMessageContaining("the entry point is application; set entry-point=main or Class::main");
    }

    @Test
    void shouldPutALauncherOnTheClassPathOfTheJvm() throws Exception {
        Path jar = launcherJar();
        assertThat(provider.claims(context(jar, "main", "y", "y"))).isFalse();
        FakeContext wrong = context(jar, "a.Main::main", "${port}", "y");
        assertThatThrownBy(() -> provider.deploy(wrong)).hasMessageContaining("is not what its launcher");
        FakeContext context = context(jar, "main", "${port}", "y");
        assertThat(provider.claims(context)).isTrue();

        Deployment deployment = provider.deploy(context);

        ByteArrayOutputStream body = new ByteArrayOutputStream();
        deployment.handler().handle(new MemoryExchange(new MemoryRequest("", "/", ""), body));
        assertThat(body).hasToString("class path");
        assertThatThrownBy(() -> provider.deploy(context)).hasMessageContaining("its launcher works once in a process");
        for (AutoCloseable each : deployment.resources()) {
            each.close();
        }
    }

    private Path launcherJar() throws IOException {
        Path source = Files.writeString(folder.resolve("JarLauncher.java"), LAUNCHER);
        int result = ToolProvider.getSystemJavaCompiler()
                .run(null, null, null, "-d", folder.toString(), "--release", "17", source.toString());
        assertThat(result).isZero();
        String name = "org/springframework/boot/loader/launch/JarLauncher.class";
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes()
                .put(Attributes.Name.MAIN_CLASS, "org.springframework.boot.loader.launch.JarLauncher");
        Path jar = folder.resolve("app.jar");
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream out = new JarOutputStream(file, manifest)) {
            out.putNextEntry(new JarEntry(name));
            Files.copy(folder.resolve(name), out);
        }
        return jar;
    }
}

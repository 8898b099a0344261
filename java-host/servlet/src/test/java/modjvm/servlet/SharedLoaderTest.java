package modjvm.servlet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.InputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import modjvm.Application;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sample.Functions;

class SharedLoaderTest {
    private static final String CLASS = Functions.class.getName();

    @TempDir
    private Path folder;

    private URLClassLoader pool;
    private ClassLoader loader;

    @BeforeEach
    void putOnThePoolsClassPath() throws Exception {
        String file = CLASS.replace('.', '/') + ".class";
        Path copy = folder.resolve(file);
        Files.createDirectories(copy.getParent());
        try (InputStream in = Functions.class.getClassLoader().getResourceAsStream(file)) {
            Files.copy(in, copy);
        }
        Files.writeString(folder.resolve("text"), "of the class path");
        pool = new URLClassLoader(new URL[] {folder.toUri().toURL()}, ClassLoader.getPlatformClassLoader());
        loader = new SharedLoader(ClassLoader.getPlatformClassLoader(), pool);
    }

    @AfterEach
    void close() throws Exception {
        pool.close();
    }

    @Test
    void shouldFindWhatIsOnThePoolsClassPath() throws Exception {
        assertThat(loader.loadClass(CLASS).getClassLoader()).isSameAs(pool);
        assertThat(loader.getResourceAsStream("text")).hasContent("of the class path");
        assertThat(Collections.list(loader.getResources("text"))).hasSize(1);
    }

    @Test
    void shouldHaveTheApiAndNothingElseOfModJvm() throws Exception {
        assertThat(loader.loadClass("modjvm.Application")).isSameAs(Application.class);
        assertThatThrownBy(() -> loader.loadClass("modjvm.spi.Exchange")).isInstanceOf(ClassNotFoundException.class);
        assertThatThrownBy(() -> loader.loadClass("sample.Absent")).isInstanceOf(ClassNotFoundException.class);
    }
}

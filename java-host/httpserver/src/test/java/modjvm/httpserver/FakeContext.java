package modjvm.httpserver;

import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import modjvm.Config;
import modjvm.spi.DeploymentContext;
import modjvm.spi.LoadException;

/** What an application is made of, in a test. */
final class FakeContext implements DeploymentContext {
    private final Map<String, List<String>> options;
    private final ClassLoader loader = new URLClassLoader(new URL[0], FakeContext.class.getClassLoader());
    final List<String> lines = new ArrayList<>();

    FakeContext(Map<String, List<String>> options) {
        this.options = options;
    }

    @Override
    public Path target() {
        return Path.of("/srv/program.jar");
    }

    @Override
    public String entryPoint() {
        return "main";
    }

    @Override
    public Config config() {
        return new Config(Map.of());
    }

    @Override
    public Map<String, List<String>> options() {
        return options;
    }

    @Override
    public Optional<Path> file(String option) {
        return Optional.empty();
    }

    @Override
    public ClassLoader loader() {
        return loader;
    }

    @Override
    public Optional<Path> stateFolder() {
        return Optional.empty();
    }

    @Override
    public void watch(Path path) {}

    @Override
    public void log(String line) {
        lines.add(line);
    }

    @Override
    public void warn(String line) {
        lines.add(line);
    }

    @Override
    public String identity() {
        return "";
    }

    @Override
    public String route() {
        return "";
    }

    @Override
    public LoadException failed(String what) {
        return new LoadException(target() + ": " + what);
    }
}

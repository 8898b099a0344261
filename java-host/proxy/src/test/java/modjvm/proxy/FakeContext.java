package modjvm.proxy;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import modjvm.Config;
import modjvm.spi.DeploymentContext;
import modjvm.spi.LoadException;

/** What a program is made of, in a test. */
record FakeContext(
        Path target, String entryPoint, List<String> arguments, Map<String, String> parameters, List<String> lines)
        implements DeploymentContext {
    FakeContext(List<String> arguments, Map<String, String> parameters) {
        this(Path.of("/srv/program.jar"), "main", arguments, parameters);
    }

    FakeContext(Path target, String entryPoint, List<String> arguments, Map<String, String> parameters) {
        this(target, entryPoint, arguments, parameters, new CopyOnWriteArrayList<>());
    }

    @Override
    public Config config() {
        return new Config(parameters);
    }

    @Override
    public Map<String, List<String>> options() {
        return Map.of("argument", arguments);
    }

    @Override
    public Optional<Path> file(String option) {
        return Optional.empty();
    }

    @Override
    public ClassLoader loader() {
        return FakeContext.class.getClassLoader();
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

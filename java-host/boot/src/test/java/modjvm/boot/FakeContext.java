package modjvm.boot;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import modjvm.Config;
import modjvm.spi.DeploymentContext;
import modjvm.spi.LoadException;

/** A target in a pool that a test has made up. */
final class FakeContext implements DeploymentContext {
    final List<String> log = new ArrayList<>();
    final List<Path> watched = new ArrayList<>();
    final Map<String, List<String>> options = new HashMap<>();
    String entryPoint = "application";

    private final Path target;
    private final Path state;

    FakeContext(Path target, Path state) {
        this.target = target;
        this.state = state;
    }

    @Override
    public Path target() {
        return target;
    }

    @Override
    public String entryPoint() {
        return entryPoint;
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
        return ClassLoader.getPlatformClassLoader();
    }

    @Override
    public Optional<Path> stateFolder() {
        return Optional.of(state);
    }

    @Override
    public void watch(Path path) {
        watched.add(path);
    }

    @Override
    public void log(String line) {
        log.add(line);
    }

    @Override
    public String route() {
        return "";
    }

    @Override
    public String identity() {
        return "";
    }

    @Override
    public void warn(String line) {
        log.add(line);
    }

    @Override
    public LoadException failed(String what) {
        return new LoadException(target + ": " + what);
    }
}

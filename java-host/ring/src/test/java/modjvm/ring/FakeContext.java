package modjvm.ring;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import modjvm.Config;
import modjvm.spi.DeploymentContext;
import modjvm.spi.LoadException;

/** What an application is made of, in a test. */
final class FakeContext implements DeploymentContext {
    private final Path target;
    private final String entryPoint;
    private final Map<String, String> parameters;
    private final ClassLoader loader;

    /** @param loader has Clojure */
    FakeContext(Path target, String entryPoint, Map<String, String> parameters, ClassLoader loader) {
        this.loader = loader;
        this.target = target;
        this.entryPoint = entryPoint;
        this.parameters = parameters;
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
        return new Config(parameters);
    }

    @Override
    public Map<String, List<String>> options() {
        return Map.of();
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
    public void log(String line) {}

    @Override
    public void warn(String line) {}

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

package modjvm.servlet;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import modjvm.Config;
import modjvm.spi.DeploymentContext;
import modjvm.spi.LoadException;

/** What the host would say of an application. */
record FakeContext(
        Path target,
        Map<String, String> parameters,
        Map<String, List<String>> options,
        Optional<Path> stateFolder,
        List<String> log,
        AtomicInteger progressed)
        implements DeploymentContext {
    /** Of one at /shop. */
    FakeContext(Path target, Map<String, String> parameters) {
        this(
                target,
                parameters,
                Map.of("mount", List.of("/shop")),
                Optional.empty(),
                new ArrayList<>(),
                new AtomicInteger());
    }

    @Override
    public String identity() {
        return Integer.toHexString(System.identityHashCode(this)); // one target may be deployed several times
    }

    @Override
    public String route() {
        return "j00000001";
    }

    @Override
    public String entryPoint() {
        return "application";
    }

    @Override
    public Config config() {
        return new Config(parameters);
    }

    @Override
    public Optional<Path> file(String option) {
        return options.getOrDefault(option, List.of()).stream().findFirst().map(Path::of);
    }

    @Override
    public ClassLoader loader() {
        return FakeContext.class.getClassLoader();
    }

    @Override
    public void watch(Path path) {}

    @Override
    public void progress() {
        progressed.incrementAndGet();
    }

    @Override
    public void warn(String line) {
        log.add(line);
    }

    @Override
    public void log(String line) {
        log.add(line);
    }

    @Override
    public LoadException failed(String what) {
        return new LoadException(target + ": " + what);
    }
}

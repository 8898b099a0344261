package modjvm.loading;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import modjvm.Config;
import modjvm.logging.Log;
import modjvm.spi.DeploymentContext;
import modjvm.spi.LoadException;
import modjvm.spi.LogLevel;

/** What a definition's application is made of. */
final class MountContext implements DeploymentContext {
    private final Definition definition;
    private final ClassLoader loader;
    private final PoolProcess process;
    private final Group group;
    private final Watch watch;
    private final MountEvents events;
    private final PrintStream log;

    MountContext(
            Definition definition,
            ClassLoader loader,
            PoolProcess process,
            Group group,
            Watch watch,
            MountEvents events,
            PrintStream log) {
        this.definition = definition;
        this.loader = loader;
        this.process = process;
        this.group = group;
        this.watch = watch;
        this.events = events;
        this.log = log;
    }

    @Override
    public Path target() {
        return definition.target();
    }

    @Override
    public String identity() {
        return String.join(
                "\n",
                definition.group(),
                target().toString(),
                entryPoint(),
                String.join("", options().getOrDefault("mount", List.of())));
    }

    @Override
    public String entryPoint() {
        return definition.entryPoint();
    }

    @Override
    public Config config() {
        return definition.config();
    }

    @Override
    public Map<String, List<String>> options() {
        return definition.options();
    }

    @Override
    public Optional<Path> file(String option) throws LoadException {
        Optional<Path> named = definition.file(option);
        if (named.isEmpty()) {
            return named;
        }
        Path file = named.get();
        watch(file);
        try {
            if (!group.check(file, option + "=").isRegularFile()) {
                throw new LoadException(file + ": not a file; correct " + option + "=");
            }
        } catch (LoadException e) {
            throw new LoadException(target() + ": " + option + "=" + e.getMessage(), e);
        }
        return named;
    }

    @Override
    public ClassLoader loader() {
        return loader;
    }

    @Override
    public Optional<Path> stateFolder() {
        return process.stateFolder();
    }

    @Override
    public String route() {
        return process.route();
    }

    @Override
    public void watch(Path path) {
        if (definition.reload()) {
            watch.addFile(path);
        }
    }

    @Override
    public void progress() {
        events.progress();
    }

    @Override
    public void log(String line) {
        log.println(Log.at(LogLevel.NOTICE, line));
    }

    @Override
    public void warn(String line) {
        log.println(Log.at(LogLevel.WARNING, line));
    }

    @Override
    public LoadException failed(String what) {
        return new LoadException(target() + ": " + what);
    }
}

package modjvm.boot;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import modjvm.archives.Archive;
import modjvm.archives.BadArchiveException;
import modjvm.archives.ExplodedArchives;
import modjvm.archives.Folders;
import modjvm.archives.Progress;
import modjvm.spi.ApplicationProvider;
import modjvm.spi.Deployment;
import modjvm.spi.DeploymentContext;
import modjvm.spi.LoadException;

/**
 * Makes applications of Spring Boot's jars: those with their libraries inside, and those with them
 * in a folder beside. Thread-safe.
 */
public final class BootProvider implements ApplicationProvider {
    private static final String MOUNT = "mount";
    private static final String ARGUMENT = "argument";
    private static final String CONTEXT = "context";
    /** What means the class that the manifest names. */
    private static final Set<String> DEFAULT_ENTRY_POINTS = Set.of("application", "main");

    private static final String MAIN = "::main";

    /** For ServiceLoader. */
    public BootProvider() {}

    /** An application that is told where to listen is a program like others. */
    @Override
    public boolean claims(DeploymentContext context) {
        boolean listens = context.options().getOrDefault(ARGUMENT, List.of()).stream()
                .anyMatch(each -> each.contains("${port}") || each.contains("${socket}"));
        return !listens && BootLayout.jar(context.target()).isPresent();
    }

    @Override
    public Deployment deploy(DeploymentContext context) throws Exception {
        List<AutoCloseable> used = new ArrayList<>();
        try {
            if (context.options().containsKey(CONTEXT)) {
                throw context.failed("context= is for web applications in a WAR; leave it out");
            }
            BootLayout layout = layout(context, used);
            String refusal = layout.refusal();
            if (!refusal.isEmpty()) {
                throw context.failed(refusal);
            }
            List<Path> paths = bridge();
            paths.addAll(layout.classPath());
            BootLoader loader = new BootLoader(paths, context.loader());
            used.add(0, loader);
            BootApplication application = new BootApplication(context, properties(context));
            used.add(0, application);
            application.start(
                    loader, mainClass(context, layout), context.options().getOrDefault(ARGUMENT, List.of()));
            return new Deployment(application, List.of(() -> closeAll(used)));
        } catch (Exception | Error e) {
            closeAll(used);
            throw e;
        }
    }

    private static BootLayout layout(DeploymentContext context, List<AutoCloseable> used)
            throws IOException, LoadException {
        Path jar = BootLayout.jar(context.target())
                .orElseThrow(() -> context.failed("no Spring Boot application any more"));
        if (!BootLayout.isFat(jar)) {
            context.watch(jar.resolveSibling("lib"));
            return BootLayout.ofExtracted(jar);
        }
        Path state;
        if (context.stateFolder().isPresent()) {
            state = context.stateFolder().get();
        } else {
            Folders temporary = Folders.make(Path.of(System.getProperty("java.io.tmpdir")), "modjvm-boot-");
            used.add(temporary);
            state = temporary.root();
        }
        Path folder = state.resolve(ExplodedArchives.FOLDER);
        try {
            Files.createDirectories(folder);
            ExplodedArchives.Exploded exploded = new ExplodedArchives(folder, Archive.Bounds.DEFAULT)
                    .explode(jar, ExplodedArchives.Preparation.NONE, new Progress(context::log, context::progress));
            used.add(0, exploded.lock());
            return BootLayout.ofFat(jar, exploded.folder());
        } catch (BadArchiveException e) {
            throw context.failed(String.valueOf(e.getMessage()));
        } catch (IOException e) {
            throw new LoadException(jar + ": cannot be exploded below " + folder + ": " + e, e);
        }
    }

    private static String mainClass(DeploymentContext context, BootLayout layout) throws LoadException {
        String name = context.entryPoint();
        if (DEFAULT_ENTRY_POINTS.contains(name)) {
            return layout.mainClass();
        }
        String type = name.endsWith(MAIN) ? name.substring(0, name.length() - MAIN.length()) : name;
        if (type.contains("::")) {
            throw context.failed("the entry point " + name
                    + " is no main method; set JVMEntryPoint main, or the name of a class with a main method");
        }
        return type;
    }

    /**
     * What the application may not decide comes last, and wins over what the administrator says.
     */
    private static Map<String, Object> properties(DeploymentContext context) {
        Map<String, Object> properties = new LinkedHashMap<>(context.config().parameters());
        String mount = String.join("", context.options().getOrDefault(MOUNT, List.of()));
        properties.put("server.servlet.context-path", mount);
        properties.put("spring.webflux.base-path", mount);
        // Scheme, host and client are what httpd says.
        properties.put("server.forward-headers-strategy", "none");
        // There is one way in.
        properties.put("management.server.port", "");
        // The host closes it, once nothing is in flight.
        properties.put("spring.main.register-shutdown-hook", "false");
        return properties;
    }

    /** What of the bridge is loaded by the application's loader. */
    private static List<Path> bridge() {
        List<Path> paths = new ArrayList<>();
        for (String each : List.of("modjvm/boot/inside/Inside.class", "modjvm/coyote/ExchangeProtocol.class")) {
            String url = String.valueOf(BootProvider.class.getClassLoader().getResource(each));
            String root = url.substring(0, url.length() - each.length());
            paths.add(Path.of(URI.create(root.startsWith("jar:") ? root.substring(4, root.length() - 2) : root)));
        }
        return paths;
    }

    private static void closeAll(List<AutoCloseable> used) throws Exception {
        for (AutoCloseable each : used) {
            each.close();
        }
    }
}

package modjvm.servlet;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import modjvm.coyote.ExchangeProtocol;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.core.StandardContext;
import org.jspecify.annotations.Nullable;

/** A web application in a folder, and what serves it until this is closed. */
final class Site implements AutoCloseable {
    private final Path root;
    private final Path folder;
    private final Container container;
    private final boolean ownsContainer;
    private final List<WebApplication> applications = new ArrayList<>();
    private final List<String> warnings = new CopyOnWriteArrayList<>();
    private @Nullable StandardContext context;
    private @Nullable SessionFolder sessions;
    private String route = "";
    private @Nullable SessionSettings settings;

    Site(Path root) throws IOException, LifecycleException {
        this(root, Container.start(Files.createDirectories(root.resolve("base"))), true);
    }

    /** Of several in one container, which stays open. */
    Site(Path root, Container container) throws IOException {
        this(root, container, false);
    }

    private Site(Path root, Container container, boolean ownsContainer) throws IOException {
        this.root = root;
        this.folder = Files.createDirectories(root.resolve("app/WEB-INF")).getParent();
        this.container = container;
        this.ownsContainer = ownsContainer;
    }

    Path folder() {
        return folder;
    }

    Site file(String name, String text) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
        return this;
    }

    /** Puts a class of the tests there, with its nested ones. */
    Site classes(Class<?>... types) throws IOException {
        for (Class<?> type : types) {
            Path from;
            try {
                from = Path.of(
                        type.getProtectionDomain().getCodeSource().getLocation().toURI());
            } catch (java.net.URISyntaxException e) {
                throw new IOException(e);
            }
            String name = type.getName().replace('.', '/');
            Path to = folder.resolve("WEB-INF/classes").resolve(name + ".class");
            Files.createDirectories(to.getParent());
            try (Stream<Path> siblings = Files.list(from.resolve(name).getParent())) {
                siblings.filter(file ->
                                file.getFileName().toString().matches(type.getSimpleName() + "(\\$.*)?\\.class"))
                        .forEach(file -> copy(file, to.resolveSibling(file.getFileName())));
            }
        }
        return this;
    }

    private static void copy(Path from, Path to) {
        try (InputStream in = Files.newInputStream(from)) {
            Files.write(to, in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    WebApplication start(String mount) throws Exception {
        Path work = Files.createDirectories(root.resolve("work"));
        settings = new SessionSettings(sessions, route, folder.toString());
        ClassLoader shared = new SharedLoader(Site.class.getClassLoader(), ClassLoader.getPlatformClassLoader());
        context = WebContext.make(mount, folder, Optional.empty(), work, shared, settings);
        WebApplication application = WebApplication.start(
                container,
                folder.toString(),
                context,
                new org.apache.catalina.connector.Connector(new ExchangeProtocol()),
                work,
                settings);
        applications.add(application);
        return application;
    }

    /** Hands sessions over there. To be called before the start. */
    Site sessions(Path at, String route) throws IOException {
        sessions = SessionFolder.open(at, route, warnings::add);
        this.route = route;
        return this;
    }

    /** What was said of the sessions. */
    List<String> warnings() {
        return warnings;
    }

    /** As a process begins its end. */
    void drain() {
        Objects.requireNonNull(settings).drain(context().getManager());
    }

    /** Of the application that was started last. */
    StandardContext context() {
        return Objects.requireNonNull(context);
    }

    @Override
    public void close() throws LifecycleException, IOException {
        applications.forEach(WebApplication::close);
        if (ownsContainer) {
            container.stop();
        }
        if (sessions != null) {
            sessions.close();
        }
    }
}

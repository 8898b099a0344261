package modjvm.servlet;

import jakarta.servlet.Servlet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import modjvm.archives.Archive;
import modjvm.archives.BadArchiveException;
import modjvm.archives.ExplodedArchives;
import modjvm.archives.Folders;
import modjvm.archives.Progress;
import modjvm.archives.Version;
import modjvm.coyote.ExchangeProtocol;
import modjvm.spi.Deployment;
import modjvm.spi.DeploymentContext;
import modjvm.spi.LoadException;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.core.StandardContext;
import org.jspecify.annotations.Nullable;

/** Deploys web applications in one Tomcat. Thread-safe. */
final class Deployer {
    /** Which entry of a definition has the mount. */
    private static final String MOUNT = "mount";
    /** Which one names a context.xml outside the application. */
    private static final String CONTEXT = "context";
    /** Which ones are for main. */
    private static final String ARGUMENT = "argument";
    /**
     * The folder in the state folder whose content is bounded here: the supervisor does not measure
     * it.
     */
    private static final String SESSIONS = "sessions";

    private final Folders folders;
    private final Container container;
    /** How many applications still need the container; guarded by this. */
    private int open;

    private Deployer(Folders folders, Container container) {
        this.folders = folders;
        this.container = container;
    }

    /** Starts Tomcat. */
    static Deployer start() throws LoadException {
        Path below = Path.of(System.getProperty("java.io.tmpdir"));
        try {
            Folders folders = Folders.make(below, "modjvm-servlet-");
            Deployer deployer = new Deployer(folders, Container.start(folders.root()));
            deployer.clearAtEnd();
            return deployer;
        } catch (IOException e) {
            throw new LoadException(
                    below + ": no folder can be made for web applications: " + e
                            + "; set private-tmp=on, or java-option=-Djava.io.tmpdir= to a folder that the pool's user can write to",
                    e);
        } catch (LifecycleException e) {
            throw new LoadException("Tomcat does not start: " + e, e);
        }
    }

    /** Deploys a WAR, or a folder. */
    Deployment deploy(DeploymentContext context) throws Exception {
        refuse(context, ARGUMENT, "an application takes JVMParameter");
        Optional<Path> config = context.file(CONTEXT);
        List<AutoCloseable> used = new ArrayList<>();
        try {
            Path folder = folder(context, used);
            Path work = folders.make("work");
            SessionSettings sessions = sessions(context, used);
            ClassLoader shared = new SharedLoader(Deployer.class.getClassLoader(), context.loader());
            StandardContext web = WebContext.make(mount(context), folder, config, work, shared, sessions);
            return start(context, web, work, used, sessions);
        } catch (Exception | Error e) {
            closeAll(used);
            throw e;
        }
    }

    /** Deploys a servlet alone. */
    Deployment deploy(Servlet servlet, DeploymentContext context) throws Exception {
        refuse(context, ARGUMENT, "a servlet takes JVMParameter");
        refuse(context, CONTEXT, "it is for web applications: put the servlet into one");
        Path work = folders.make("work");
        Path folder = Files.createDirectory(work.resolve("empty"));
        List<AutoCloseable> used = new ArrayList<>();
        SessionSettings sessions = sessions(context, used);
        StandardContext web = WebContext.make(mount(context), servlet, folder, work, context.loader(), sessions);
        Deployment deployment;
        try {
            deployment = start(context, web, work, used, sessions);
        } catch (Exception | Error e) {
            closeAll(used);
            throw e;
        }
        if (context.options().containsKey(MOUNT)) {
            return deployment;
        }
        String target = context.target().toString();
        return new Deployment(
                new LateMount((WebApplication) deployment.handler(), target),
                deployment.resources(),
                deployment.onDrain());
    }

    private Deployment start(
            DeploymentContext context,
            StandardContext web,
            Path work,
            List<AutoCloseable> used,
            SessionSettings sessions)
            throws Exception {
        Connector connector = new Connector(new ExchangeProtocol());
        Parameters.apply(context, web, connector);
        used.add(0, WebApplication.start(container, context.target().toString(), web, connector, work, sessions));
        opened();
        return new Deployment(
                (WebApplication) used.get(0),
                List.of(() -> close(used)),
                List.of(() -> sessions.drain(web.getManager())));
    }

    private static SessionSettings sessions(DeploymentContext context, List<AutoCloseable> used) {
        return new SessionSettings(
                sessionFolder(context, used), context.route(), context.target().toString());
    }

    /** Where the application's sessions are handed over, if there is such a folder. */
    private static @Nullable SessionFolder sessionFolder(DeploymentContext context, List<AutoCloseable> used) {
        String target = context.target().toString();
        if (context.stateFolder().isEmpty()) {
            context.log(target + ": sessions end with the process: the pool has no state folder (JVMStateDir)");
            return null;
        }
        String name = mount(context).replaceAll("[^A-Za-z0-9._]", "-");
        Path folder =
                context.stateFolder().get().resolve(SESSIONS).resolve(name + "-" + Version.hash(context.identity()));
        try {
            SessionFolder sessions = SessionFolder.open(folder, context.route(), context::warn);
            used.add(sessions);
            return sessions;
        } catch (IOException e) {
            context.warn(target + ": sessions end with the process: " + folder + " cannot be used: " + e);
            return null;
        }
    }

    private static void refuse(DeploymentContext context, String option, String cure) throws LoadException {
        if (context.options().containsKey(option)) {
            throw context.failed(option + "= has no meaning here: " + cure);
        }
    }

    private static String mount(DeploymentContext context) {
        return String.join("", context.options().getOrDefault(MOUNT, List.of()));
    }

    /** Where the application's files are. */
    private Path folder(DeploymentContext context, List<AutoCloseable> used) throws IOException, LoadException {
        Path target = context.target();
        boolean isFolder = Files.isDirectory(target);
        if (isFolder && !OldApplication.is(target)) {
            return target;
        }
        Path state = context.stateFolder().orElse(folders.root()).resolve(ExplodedArchives.FOLDER);
        Progress progress = new Progress(context::log, context::progress);
        try {
            Files.createDirectories(state);
            ExplodedArchives archives = new ExplodedArchives(state, Archive.Bounds.DEFAULT);
            Conversion conversion = new Conversion(target, progress);
            ExplodedArchives.Exploded exploded = isFolder
                    ? archives.prepare(target, Version.of(target), conversion::convert, progress)
                    : archives.explode(target, conversion::convertIfOld, progress);
            used.add(exploded.lock());
            return exploded.folder();
        } catch (BadArchiveException e) {
            throw context.failed(String.valueOf(e.getMessage()));
        } catch (IOException e) {
            throw new LoadException(target + ": cannot be exploded or converted below " + state + ": " + e, e);
        }
    }

    private synchronized void opened() {
        open++;
    }

    private void close(List<AutoCloseable> used) throws Exception {
        closeAll(used);
        boolean isLast;
        synchronized (this) {
            open--;
            isLast = open == 0;
        }
        if (isLast) {
            container.stop();
            folders.close();
        }
    }

    private void clearAtEnd() {
        try {
            Runtime.getRuntime().addShutdownHook(new Thread(this::clear, "modjvm-servlet-shutdown"));
        } catch (IllegalStateException e) {
            return; // it ends already: what is loading ends with it, and the next process clears
        }
    }

    /** The process ends: if no application works, none will remove the folder when it is closed. */
    private void clear() {
        synchronized (this) {
            if (open > 0) {
                return;
            }
        }
        try {
            folders.close();
        } catch (IOException e) {
            return; // it has gone already; or the next process removes it
        }
    }

    private static void closeAll(List<AutoCloseable> used) throws Exception {
        for (AutoCloseable each : used) {
            each.close();
        }
    }
}

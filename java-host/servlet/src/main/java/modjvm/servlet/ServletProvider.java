package modjvm.servlet;

import jakarta.servlet.Servlet;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import modjvm.spi.ApplicationProvider;
import modjvm.spi.CodeLocation;
import modjvm.spi.Deployment;
import modjvm.spi.DeploymentContext;
import modjvm.spi.EntryKind;
import org.jspecify.annotations.Nullable;

/**
 * Makes applications of WARs, of folders with WEB-INF, and of classes that are servlets. Tomcat is
 * loaded by the first of them. Thread-safe.
 */
public final class ServletProvider implements ApplicationProvider {
    private static final String SUFFIX = ".war";

    /** Guarded by this. */
    private @Nullable Deployer deployer;

    /** For ServiceLoader. */
    public ServletProvider() {}

    @Override
    public Set<String> sharedPackages() {
        return Set.of("jakarta.servlet", "jakarta.annotation", "jakarta.el", "jakarta.websocket");
    }

    @Override
    public List<Path> classPath() {
        return List.of(CodeLocation.of(Servlet.class));
    }

    /** What Tomcat's start script opens. */
    @Override
    public Set<String> opens() {
        return Set.of(
                "java.base/java.lang",
                "java.base/java.lang.reflect",
                "java.base/java.io",
                "java.base/java.util",
                "java.base/java.util.concurrent",
                "java.rmi/sun.rmi.transport");
    }

    @Override
    public List<EntryKind> entryKinds() {
        return List.of(new ServletKind((servlet, context) -> deployer().deploy(servlet, context)));
    }

    @Override
    public boolean claims(DeploymentContext context) {
        return context.target().toString().endsWith(SUFFIX) && Files.isRegularFile(context.target())
                || Files.isDirectory(context.target().resolve("WEB-INF"));
    }

    @Override
    public Deployment deploy(DeploymentContext context) throws Exception {
        return deployer().deploy(context);
    }

    private synchronized Deployer deployer() throws Exception {
        Deployer made = deployer;
        if (made == null) {
            made = Deployer.start();
            deployer = made;
        }
        return made;
    }
}

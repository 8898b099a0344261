package modjvm.servlet;

import java.nio.file.Path;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import javax.naming.Context;
import modjvm.coyote.ExchangeProtocol;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.core.StandardServer;
import org.apache.catalina.startup.CatalinaBaseConfigurationSource;
import org.apache.tomcat.util.file.ConfigFileLoader;
import org.apache.tomcat.util.modeler.Registry;

/** Tomcat's server: what all web applications of a process share. Thread-safe. */
final class Container {
    /**
     * Kept, for the JDK would forget their levels. What these say at INFO is of interest to who
     * starts a Tomcat by hand.
     */
    private static final List<Logger> QUIET = List.of(
            Logger.getLogger("org.apache.catalina.core.StandardService"),
            Logger.getLogger("org.apache.catalina.core.StandardEngine"),
            Logger.getLogger("org.apache.catalina.startup.ContextConfig"),
            Logger.getLogger("org.apache.jasper.servlet.TldScanner"),
            Logger.getLogger(ExchangeProtocol.class.getName()));

    private static final String NAMING = "org.apache.naming";

    private final StandardServer server;

    private Container(StandardServer server) {
        this.server = server;
    }

    /**
     * Starts a server without applications.
     *
     * @param base what applications take for Tomcat's folder; need not have anything in it
     */
    static Container start(Path base) throws LifecycleException {
        for (Logger logger : QUIET) {
            logger.setLevel(Level.WARNING);
        }
        // Hundreds of beans that nobody asks for.
        Registry.disableRegistry();
        System.setProperty("catalina.home", base.toString());
        System.setProperty("catalina.base", base.toString());
        enableNaming();
        StandardServer server = new StandardServer();
        server.setPort(-1); // listens for no shutdown command
        server.setCatalinaHome(base.toFile());
        server.setCatalinaBase(base.toFile());
        server.setUtilityThreadsAsDaemon(true);
        server.setPeriodicEventDelay(0); // nobody listens
        ConfigFileLoader.setSource(new CatalinaBaseConfigurationSource(base.toFile(), null));
        Container container = new Container(server);
        server.start();
        return container;
    }

    /** Has {@code new InitialContext()} find what is an application's own. */
    private static void enableNaming() {
        System.setProperty("catalina.useNaming", "true");
        String packages = System.getProperty(Context.URL_PKG_PREFIXES, "");
        System.setProperty(Context.URL_PKG_PREFIXES, packages.isEmpty() ? NAMING : NAMING + ":" + packages);
        if (System.getProperty(Context.INITIAL_CONTEXT_FACTORY) == null) {
            System.setProperty(Context.INITIAL_CONTEXT_FACTORY, NAMING + ".java.javaURLContextFactory");
        }
    }

    StandardServer server() {
        return server;
    }

    void stop() throws LifecycleException {
        server.stop();
        server.destroy();
    }
}

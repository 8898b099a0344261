package modjvm.loading;

import java.io.PrintStream;
import java.net.URLClassLoader;
import java.sql.Driver;
import java.util.Iterator;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import javax.imageio.ImageIO;

/**
 * Makes known to the JDK what an application brings along for it. DriverManager and ImageIO look
 * for their providers once in a JVM, through the context class loader of whoever happens to ask
 * first, and would find nothing of the applications after it.
 */
final class JdkServices {
    private static final String SERVICES = "META-INF/services/";
    private static final List<String> IMAGES = List.of(
            "javax.imageio.spi.ImageReaderSpi",
            "javax.imageio.spi.ImageWriterSpi",
            "javax.imageio.spi.ImageTranscoderSpi",
            "javax.imageio.spi.ImageInputStreamSpi",
            "javax.imageio.spi.ImageOutputStreamSpi");

    private JdkServices() {}

    /**
     * Registers the JDBC drivers and image plug-ins that lie in this loader itself. Costs a look
     * for their service files where there are none.
     *
     * @param log gets what cannot be used
     */
    static void register(URLClassLoader loader, PrintStream log) {
        if (has(loader, Driver.class.getName())) {
            loadDrivers(loader, log);
        }
        for (String service : IMAGES) {
            if (has(loader, service)) {
                scanForImages(loader, log);
                return;
            }
        }
    }

    /**
     * Takes the JDBC drivers of an application back, which may have threads and memory of their
     * own.
     */
    static void release(TargetLoader loader, PrintStream log) {
        if (!has(loader, Driver.class.getName())) {
            return;
        }
        try {
            loader.copyOf(DriverRelease.class).run();
        } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
            log.println("JDBC drivers: not deregistered: " + OneLine.of(e));
        }
    }

    private static boolean has(URLClassLoader loader, String service) {
        return loader.findResource(SERVICES + service) != null;
    }

    /**
     * A driver registers itself when its class is initialised, which making one does. Those of the
     * parents are theirs to register.
     */
    private static void loadDrivers(URLClassLoader loader, PrintStream log) {
        Iterator<ServiceLoader.Provider<Driver>> providers =
                ServiceLoader.load(Driver.class, loader).stream().iterator();
        for (boolean isMore = true; isMore; ) {
            try {
                isMore = providers.hasNext();
                if (isMore) {
                    ServiceLoader.Provider<Driver> provider = providers.next();
                    if (provider.type().getClassLoader() == loader) {
                        provider.get();
                    }
                }
            } catch (ServiceConfigurationError | LinkageError | RuntimeException e) {
                log.println("JDBC driver: cannot be used: " + OneLine.of(e));
            }
        }
    }

    private static void scanForImages(URLClassLoader loader, PrintStream log) {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(loader);
        try {
            ImageIO.scanForPlugins();
        } catch (ServiceConfigurationError | RuntimeException | LinkageError e) {
            log.println("image plug-ins: cannot be used: " + OneLine.of(e));
        } finally {
            thread.setContextClassLoader(before);
        }
    }
}

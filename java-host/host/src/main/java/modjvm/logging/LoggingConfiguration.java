package modjvm.logging;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.logging.LogManager;

/**
 * Named by the property {@code java.util.logging.config.class}, unless the administrator has named
 * another configuration: made by the JDK when an application first uses java.util.logging (or
 * System.Logger), so that who does not use it pays nothing.
 */
public final class LoggingConfiguration {
    /** @throws IOException never: the configuration is at hand */
    public LoggingConfiguration() throws IOException {
        String properties = "handlers=" + LogHandler.class.getName() + "\n.level=INFO\n";
        LogManager.getLogManager()
                .readConfiguration(new ByteArrayInputStream(properties.getBytes(StandardCharsets.US_ASCII)));
    }

    /** Has java.util.logging use this, unless something else was chosen. */
    public static void install() {
        if (System.getProperty("java.util.logging.config.class") == null
                && System.getProperty("java.util.logging.config.file") == null
                && System.getProperty("java.util.logging.manager") == null) {
            System.setProperty("java.util.logging.config.class", LoggingConfiguration.class.getName());
        }
    }
}

import java.nio.file.Files;
import java.nio.file.Path;
import modjvm.*;

/**
 * Ends its JVM while it is loaded, until a file exists: by System.exit, or (param.kill) by a
 * signal.
 */
public class DiesAtStart {
    static Application application(Config config) throws Exception {
        if (!Files.exists(Path.of(config.parameters().get("until")))) {
            if (config.parameters().containsKey("kill")) {
                String pid = Long.toString(ProcessHandle.current().pid());
                new ProcessBuilder("kill", "-9", pid).start().waitFor();
            }
            System.exit(3);
        }
        return request -> Response.text("mended\n");
    }
}

import java.nio.file.Files;
import java.nio.file.Path;
import modjvm.*;

/** Ends its JVM while it is loaded, until a file exists. */
public class DiesAtStart {
    static Application application(Config config) {
        if (!Files.exists(Path.of(config.parameters().get("until")))) {
            System.exit(3);
        }
        return request -> Response.text("mended\n");
    }
}

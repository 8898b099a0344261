import java.nio.file.Files;
import java.nio.file.Path;
import modjvm.*;

/** Is not ready before a file exists. */
public class Slow {
    static Application application(Config config) throws InterruptedException {
        Path file = Path.of(config.parameters().get("until"));
        while (!Files.exists(file)) {
            Thread.sleep(10);
        }
        return request -> Response.text("ready at last\n");
    }
}

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import modjvm.*;

/** Holds a lock that one process alone can have, as an embedded database does. */
public class Exclusive {
    static Application application(Config config) throws IOException {
        Path path = Path.of(System.getenv("LOCK"));
        FileChannel file = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        if (file.tryLock() == null) {
            throw new IOException(path + " is locked by another process");
        }
        return request -> Response.text("" + ProcessHandle.current().pid());
    }
}

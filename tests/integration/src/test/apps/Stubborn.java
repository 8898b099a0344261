import java.util.concurrent.CountDownLatch;
import modjvm.*;

/** Does not end when it is asked to. */
public class Stubborn {
    static {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }));
    }

    static final Application application = request -> Response.text(Long.toString(ProcessHandle.current().pid()));
}

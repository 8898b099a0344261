import java.util.concurrent.atomic.AtomicInteger;
import modjvm.*;

/** An application made from its configuration; tells how often that was done, and with what. */
public class Factory {
    private static final AtomicInteger MADE = new AtomicInteger();

    static Application application(Config config) {
        int made = MADE.incrementAndGet();
        return request -> Response.text(made + " " + MADE.get() + " " + new java.util.TreeMap<>(config.parameters()));
    }
}

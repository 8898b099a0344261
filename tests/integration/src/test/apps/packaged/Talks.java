import java.sql.DriverManager;
import modjvm.Request;
import modjvm.Response;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs by SLF4J, and says by which backend; and which driver it has. */
public class Talks {
    private static final Logger LOG = LoggerFactory.getLogger("shop.Talks");

    static Response application(Request request) throws Exception {
        LOG.info("informed {}", request.query());
        LOG.warn("warned {}", request.query());
        LOG.error("failed {}", request.query(), new IllegalStateException("inner " + request.query()));
        Thread own = new Thread(() -> LOG.warn("elsewhere {}", request.query()));
        own.start();
        own.join();
        return Response.text(LOG.getClass().getName() + " "
                + DriverManager.getDriver("jdbc:h2:mem:").getMinorVersion());
    }
}

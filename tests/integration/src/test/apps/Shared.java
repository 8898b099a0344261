import java.util.concurrent.CompletableFuture;
import modjvm.*;

/**
 * Asks a thread of the common pool for the application's own class, by the context class loader.
 */
public class Shared {
    static Response application(Request request) throws Exception {
        return Response.text(CompletableFuture.supplyAsync(Shared::find).get());
    }

    private static String find() {
        try {
            ClassLoader loader = Thread.currentThread().getContextClassLoader();
            boolean isSame = Class.forName("Shared", true, loader) == Shared.class;
            return Thread.currentThread().getName() + " " + isSame;
        } catch (ClassNotFoundException e) {
            return e.toString();
        }
    }
}

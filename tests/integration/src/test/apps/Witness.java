import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import modjvm.*;

/**
 * Tells which requests have reached it: each as [METHOD PATHINFO LENGTH], the length of the body as
 * it was read. The query "seen" asks for all.
 */
public class Witness {
    private static final List<String> SEEN = new CopyOnWriteArrayList<>();

    static final Application application = request -> {
        if (request.query().equals("seen")) {
            return Response.text(String.join("\n", SEEN) + "\n");
        }
        String begun = "[" + request.method() + " " + request.pathInfo() + " ";
        SEEN.add(begun);
        String seen = begun + request.body().readAllBytes().length + "]";
        SEEN.add(seen);
        return Response.text(seen);
    };
}

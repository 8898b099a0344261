import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import modjvm.*;

/** Tells how it is served: by what kind of thread, and which requests there were before. */
public class Serving {
    private static final List<String> SEEN = new CopyOnWriteArrayList<>();

    static final Application application = Serving::answer;

    private static Response answer(Request request) throws Exception {
        if (request.query().equals("seen")) {
            return Response.text(String.join("\n", SEEN));
        }
        SEEN.add(request.method() + " " + request.scriptName() + request.pathInfo() + "?" + request.query());
        if (request.query().equals("virtual")) {
            return Response.text(Thread.class.getMethod("isVirtual").invoke(Thread.currentThread()).toString());
        }
        return Response.status(request.pathInfo().equals("/broken") ? 500 : 200);
    }
}

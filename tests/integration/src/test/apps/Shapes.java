import java.util.concurrent.atomic.AtomicInteger;
import modjvm.*;

/** One entry point of each shape. */
public class Shapes implements Application {
    private final AtomicInteger asked = new AtomicInteger();

    static final Application field = request -> Response.text("field");

    static Response method(Request request) {
        return Response.text("static method");
    }

    Response instanceMethod(Request request) {
        return Response.text("instance method " + asked.incrementAndGet());
    }

    static Application factory(Config config) {
        return request -> Response.text("factory");
    }

    @Override
    public Response handle(Request request) {
        return Response.text("class " + asked.incrementAndGet());
    }

    static final String wrong = "no application";

    static class Inner {
        static final Application application = request -> Response.text("inner");
    }
}

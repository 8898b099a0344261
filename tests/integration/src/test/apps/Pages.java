import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import modjvm.*;

/** Pages that other modules include, negotiate, cache and filter. The path says which. */
public class Pages {
    static final Application application = Pages::answer;

    private static final AtomicInteger CALLS = new AtomicInteger();

    private static Response answer(Request request) throws Exception {
        return switch (request.pathInfo()) {
            case "/text" -> Response.text("x");
            case "/file" -> Response.file(Path.of(request.query()));
            case "/stream" -> Response.stream("text/plain", out -> {
                for (int i = 0; i < 3; i++) {
                    out.write('0' + i);
                    out.flush();
                }
            });
            case "/204" -> Response.status(204);
            case "/404" -> Response.text("missing").withStatus(404);
            case "/page" -> Response.text("page");
            case "/echo" -> Response.text(request.method() + " " + new String(request.body().readAllBytes()));
            case "/tagged" -> tagged(CALLS.incrementAndGet());
            case "/judged" -> request.headers().first("If-None-Match").isPresent()
                    ? Response.status(304).withHeader("ETag", "\"own\"")
                    : tagged(CALLS.incrementAndGet());
            case "/calls" -> Response.text(Integer.toString(CALLS.get()));
            case "/ssi" -> Response.text("A[<!--#include virtual=\"text\" -->]B");
            case "/broken" -> Response.stream("text/plain", out -> {
                out.write('x');
                out.flush();
                throw new java.io.IOException("broken off on purpose");
            });
            default -> Response.text("whole " + request.method());
        };
    }

    private static Response tagged(int call) {
        return Response.text("call " + call)
                .withHeader("ETag", "\"own\"")
                .withHeader("Cache-Control", "max-age=0");
    }
}

import modjvm.*;

/**
 * Answers with a field of as many bytes as the query says; the path info says in which kind of
 * head.
 */
public class Heads {
    static final Application application = Heads::answer;

    private static Response answer(Request request) throws Exception {
        String value = "x".repeat(Integer.parseInt(request.query()));
        if (request.pathInfo().equals("/interim")) {
            request.sendInterim(103, Headers.of(java.util.List.of(new Header("X-Long", value))));
            return Response.text("after\n");
        }
        return Response.text("head\n").withHeader("X-Long", value);
    }
}

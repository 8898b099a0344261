import modjvm.*;

/**
 * Prints as many kilobytes as the query says, in lines that fit one line of a log, and says so at
 * the end: outside of the request, or, where the query is `inside=N`, in it.
 */
public class Chatty {
    static final Application application = request -> {
        String query = request.query();
        boolean isInside = query.startsWith("inside=");
        int lines = Integer.parseInt(isInside ? query.substring(7) : query) / 8;
        if (isInside) {
            print(lines);
        } else {
            new Thread(() -> print(lines)).start();
        }
        return Response.text("prints\n");
    };

    private static void print(int lines) {
        String line = "x".repeat(8000);
        for (int i = 0; i < lines; i++) {
            System.out.println(line);
        }
        System.out.println("has printed");
    }
}

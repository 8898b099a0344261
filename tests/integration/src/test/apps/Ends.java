import modjvm.*;

/** Ends its JVM, in the way that the query names. */
public class Ends {
    static final Application application = request -> {
        String[] question = request.query().split("=", 2);
        switch (question[0]) {
            case "exit" -> System.exit(Integer.parseInt(question[1]));
            case "halt" -> Runtime.getRuntime().halt(Integer.parseInt(question[1]));
            case "throw" -> throw new IllegalStateException("thrown on purpose");
            case "overflow" -> overflow(1);
            case "print" -> System.out.println(question[1]);
            case "pid" -> {
                return Response.text(Long.toString(ProcessHandle.current().pid()));
            }
            default -> {
                return Response.status(404);
            }
        }
        return Response.text("still here\n");
    };

    private static int overflow(int depth) {
        return overflow(depth + 1) + 1;
    }
}

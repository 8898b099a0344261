import modjvm.*;

/** Prints as many kilobytes as the query says, outside of the request, in lines that fit one line of a log; says so at the end. */
public class Chatty {
    static final Application application = request -> {
        int lines = Integer.parseInt(request.query()) / 8;
        String line = "x".repeat(8000);
        Thread printer = new Thread(() -> {
            for (int i = 0; i < lines; i++) {
                System.out.println(line);
            }
            System.out.println("has printed");
        });
        printer.start();
        return Response.text("prints\n");
    };
}

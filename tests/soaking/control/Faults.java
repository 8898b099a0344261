import modjvm.*;

/** Loads the native library that the query names. */
public class Faults {
    static final Application application = request -> {
        System.load(request.query());
        return Response.text("loaded\n");
    };
}

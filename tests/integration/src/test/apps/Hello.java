import modjvm.*;

public class Hello {
    static final Application application = request -> Response.text("Hello, " + request.pathInfo() + "\n");
}

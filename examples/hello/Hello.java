// The smallest application: one field, found by its name.
// Mount it with: JVMAlias /hello /path/to/Hello.java
import modjvm.*;

public class Hello {
    static final Application application = request -> Response.text("Hello, " + request.pathInfo() + "\n");
}

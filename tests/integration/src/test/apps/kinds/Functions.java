import java.util.function.BiFunction;
import modjvm.*;

public class Functions {
    static final BiFunction<Request, Config, Response> application =
            (request, config) -> Response.text("hello, " + config.parameters().get("name"));
}

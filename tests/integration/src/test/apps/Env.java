import modjvm.*;

/** Works only where its parameter and its process's environment are of the same configuration. */
public class Env {
    static Application application(Config config) {
        String parameter = config.parameters().get("x");
        String environment = System.getenv("A");
        if (!environment.equals(parameter)) {
            throw new IllegalStateException("x=" + parameter + " in a process of A=" + environment);
        }
        return request -> Response.text(environment);
    }
}

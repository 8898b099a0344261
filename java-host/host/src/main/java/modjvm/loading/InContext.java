package modjvm.loading;

import modjvm.Application;
import modjvm.Request;
import modjvm.Response;

/**
 * An application whose threads have its class loader as context class loader. It is not taken back after the call: the
 * same thread goes on to write the response's body, and the next request sets its own.
 */
final class InContext implements Application {
    private final Application application;
    private final ClassLoader loader;

    InContext(Application application, ClassLoader loader) {
        this.application = application;
        this.loader = loader;
    }

    @Override
    public Response handle(Request request) throws Exception {
        Thread thread = Thread.currentThread();
        if (thread.getContextClassLoader() != loader) {
            thread.setContextClassLoader(loader);
        }
        return application.handle(request);
    }
}

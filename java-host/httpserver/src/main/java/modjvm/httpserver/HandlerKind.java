package modjvm.httpserver;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.lang.reflect.Method;
import java.util.List;
import java.util.Set;
import modjvm.spi.Deployment;
import modjvm.spi.DeploymentContext;
import modjvm.spi.EntryKind;
import modjvm.spi.LoadException;

/** An HttpHandler, or a method of its shape. Its context is the mount. Stateless. */
final class HandlerKind implements EntryKind {
    @Override
    public String noun() {
        return "an HttpHandler";
    }

    @Override
    public String accepted(String name) {
        return "a field of type HttpHandler, a factory HttpHandler " + name + "(Config), a method void " + name
                + "(HttpExchange)";
    }

    @Override
    public boolean isApplication(Class<?> type) {
        return HttpHandler.class.isAssignableFrom(type);
    }

    @Override
    public boolean isHandler(Method method) {
        return method.getParameterCount() == 1
                && method.getParameterTypes()[0] == HttpExchange.class
                && method.getReturnType() == void.class;
    }

    @Override
    public Deployment deploy(Object application, DeploymentContext context) throws LoadException {
        context.refuseOptionsBut(Set.of());
        return new Deployment(
                new MountedHandler((HttpHandler) application),
                application instanceof AutoCloseable closeable ? List.of(closeable) : List.of());
    }

    @Override
    public Deployment deploy(MethodHandle handler, DeploymentContext context) throws LoadException {
        return deploy((HttpHandler) exchange -> call(handler, exchange), context);
    }

    private static void call(MethodHandle handler, HttpExchange exchange) throws IOException {
        try {
            handler.invoke(exchange);
        } catch (IOException | RuntimeException | Error e) {
            throw e;
        } catch (Throwable t) {
            throw new IllegalStateException(t);
        }
    }
}

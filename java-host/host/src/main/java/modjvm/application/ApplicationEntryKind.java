package modjvm.application;

import java.lang.invoke.MethodHandle;
import java.lang.reflect.Method;
import java.util.List;
import modjvm.Application;
import modjvm.Request;
import modjvm.Response;
import modjvm.spi.Deployment;
import modjvm.spi.DeploymentContext;
import modjvm.spi.EntryKind;

/** {@link Application} as a kind of entry point. Stateless. */
public final class ApplicationEntryKind implements EntryKind {
    @Override
    public String noun() {
        return "an Application";
    }

    @Override
    public String accepted(String name) {
        return "a field of type Application, a factory Application " + name + "(Config), a method Response " + name
                + "(Request), and a class that implements Application";
    }

    @Override
    public boolean isApplication(Class<?> type) {
        return Application.class.isAssignableFrom(type);
    }

    @Override
    public boolean isHandler(Method method) {
        return method.getParameterCount() == 1
                && method.getParameterTypes()[0] == Request.class
                && method.getReturnType() == Response.class;
    }

    @Override
    public Deployment deploy(Object application, DeploymentContext context) {
        return new Deployment(
                new ApplicationHandler((Application) application),
                application instanceof AutoCloseable closeable ? List.of(closeable) : List.of());
    }

    @Override
    public Deployment deploy(MethodHandle handler, DeploymentContext context) {
        return new Deployment(new ApplicationHandler(new HandlerMethod(handler)), List.of());
    }
}

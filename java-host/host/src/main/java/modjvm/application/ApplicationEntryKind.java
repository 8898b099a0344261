package modjvm.application;

import java.lang.invoke.MethodHandle;
import java.lang.reflect.Method;
import java.util.List;
import modjvm.Application;
import modjvm.Config;
import modjvm.Request;
import modjvm.Response;
import modjvm.spi.Deployment;
import modjvm.spi.DeploymentContext;
import modjvm.spi.EntryKind;

/** {@link Application} as a kind of entry point, and functions of the same shape. Stateless. */
public final class ApplicationEntryKind implements EntryKind {
    @Override
    public String noun() {
        return "an Application";
    }

    @Override
    public String accepted(String name) {
        return "a field of type Application, a factory Application " + name + "(Config), a method Response " + name
                + "(Request), a Function<Request, Response> in place of an Application, and a class that implements Application";
    }

    @Override
    public boolean isApplication(Class<?> type) {
        return Application.class.isAssignableFrom(type) || FunctionShape.is(type);
    }

    @Override
    public boolean isHandler(Method method) {
        Class<?>[] parameters = method.getParameterTypes();
        return method.getReturnType() == Response.class
                && parameters.length >= 1
                && parameters[0] == Request.class
                && (parameters.length == 1 || parameters.length == 2 && parameters[1] == Config.class);
    }

    @Override
    public Deployment deploy(Object application, DeploymentContext context) throws Exception {
        return new Deployment(
                new ApplicationHandler(application(application, context)),
                application instanceof AutoCloseable closeable ? List.of(closeable) : List.of());
    }

    private static Application application(Object object, DeploymentContext context) throws Exception {
        if (object instanceof Application application) {
            return application;
        }
        Method method = FunctionShape.of(object)
                .orElseThrow(() -> context.failed("an object of " + object.getClass()
                        + " implements no functional interface that takes a Request and returns a Response"));
        return FunctionApplication.of(object, method, context.config());
    }

    @Override
    public Deployment deploy(MethodHandle handler, DeploymentContext context) {
        MethodHandle method = FunctionApplication.withConfig(handler, context.config());
        return new Deployment(new ApplicationHandler(new HandlerMethod(method)), List.of());
    }
}

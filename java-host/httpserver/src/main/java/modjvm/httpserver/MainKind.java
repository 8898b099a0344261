package modjvm.httpserver;

import java.lang.invoke.MethodHandle;
import java.lang.reflect.Method;
import java.util.List;
import java.util.Set;
import modjvm.spi.Deployment;
import modjvm.spi.DeploymentContext;
import modjvm.spi.EntryKind;

/** The main method of a program that makes an HttpServer. Stateless. */
final class MainKind implements EntryKind {
    private static final String MAIN = "main";
    private static final String ARGUMENT = "argument";

    @Override
    public String noun() {
        return "a main method";
    }

    @Override
    public String accepted(String name) {
        return name.equals(MAIN) ? "a method void main(String[]) or void main()" : "main";
    }

    @Override
    public boolean isApplication(Class<?> type) {
        return false;
    }

    @Override
    public boolean isHandler(Method method) {
        Class<?>[] parameters = method.getParameterTypes();
        return method.getName().equals(MAIN)
                && method.getReturnType() == void.class
                && (parameters.length == 0 || parameters.length == 1 && parameters[0] == String[].class);
    }

    @Override
    public Deployment deploy(Object application, DeploymentContext context) {
        throw new IllegalStateException("no object is a main method");
    }

    @Override
    public Deployment deploy(MethodHandle main, DeploymentContext context) throws Exception {
        context.refuseOptionsBut(Set.of(ARGUMENT));
        List<String> arguments = context.options().getOrDefault(ARGUMENT, List.of());
        for (String each : arguments) {
            if (each.contains("${port}") || each.contains("${socket}")) {
                throw context.failed(
                        "argument=" + each + ": a program is served by its com.sun.net.httpserver.HttpServer alone,"
                                + " which listens on no port; give any number in place of ${port} or ${socket}");
            }
        }
        return Program.run(main, arguments, context);
    }
}

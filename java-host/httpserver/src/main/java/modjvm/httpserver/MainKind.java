package modjvm.httpserver;

import java.lang.invoke.MethodHandle;
import java.lang.reflect.Method;
import java.util.List;
import java.util.Set;
import modjvm.spi.Deployment;
import modjvm.spi.DeploymentContext;
import modjvm.spi.EntryKind;
import modjvm.spi.MainMethod;

/** The main method of a program that makes an HttpServer. Stateless. */
final class MainKind implements EntryKind {
    @Override
    public String noun() {
        return "a main method";
    }

    @Override
    public String accepted(String name) {
        return name.equals(MainMethod.NAME) ? MainMethod.ACCEPTED : MainMethod.NAME;
    }

    @Override
    public boolean isApplication(Class<?> type) {
        return false;
    }

    @Override
    public boolean isHandler(Method method) {
        return MainMethod.is(method);
    }

    @Override
    public Deployment deploy(Object application, DeploymentContext context) {
        throw new IllegalStateException("no object is a main method");
    }

    @Override
    public Deployment deploy(MethodHandle main, DeploymentContext context) throws Exception {
        context.refuseOptionsBut(Set.of(MainMethod.ARGUMENT));
        return Program.run(main, context.options().getOrDefault(MainMethod.ARGUMENT, List.of()), context);
    }
}

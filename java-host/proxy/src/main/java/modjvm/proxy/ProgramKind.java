package modjvm.proxy;

import java.lang.invoke.MethodHandle;
import java.lang.reflect.Method;
import modjvm.spi.Deployment;
import modjvm.spi.DeploymentContext;
import modjvm.spi.EntryKind;
import modjvm.spi.MainMethod;

/** The main method of a program that has a server of its own. Stateless. */
final class ProgramKind implements EntryKind {
    @Override
    public String noun() {
        return "a main method";
    }

    @Override
    public String accepted(String name) {
        return "for ${port} and ${socket}, "
                + (name.equals(MainMethod.NAME) ? MainMethod.ACCEPTED : "the entry point main, or Class::main");
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
        return ServerProgram.run(context, arguments -> MainMethod.run(main, arguments), context.loader());
    }
}

package modjvm.jwsgi;

import java.lang.invoke.MethodHandle;
import java.lang.reflect.Method;
import java.util.HashMap;
import java.util.List;
import java.util.Set;
import modjvm.spi.Deployment;
import modjvm.spi.DeploymentContext;
import modjvm.spi.EntryKind;
import modjvm.spi.LoadException;

/** A method that takes exactly a HashMap and returns exactly an array of objects. Stateless. */
final class JwsgiKind implements EntryKind {
    @Override
    public String noun() {
        return "a JWSGI method";
    }

    @Override
    public String accepted(String name) {
        return "a JWSGI method Object[] " + name + "(HashMap)";
    }

    @Override
    public boolean isApplication(Class<?> type) {
        return false;
    }

    @Override
    public boolean isHandler(Method method) {
        return method.getParameterCount() == 1
                && method.getParameterTypes()[0] == HashMap.class
                && method.getReturnType() == Object[].class;
    }

    @Override
    public Deployment deploy(Object application, DeploymentContext context) {
        throw new IllegalStateException("no object is a JWSGI method");
    }

    @Override
    public Deployment deploy(MethodHandle handler, DeploymentContext context) throws LoadException {
        context.refuseOptionsBut(Set.of());
        Companion.start(context.stateFolder());
        return new Deployment(new JwsgiHandler(handler), List.of());
    }
}

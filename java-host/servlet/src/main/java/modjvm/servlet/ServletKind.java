package modjvm.servlet;

import jakarta.servlet.Servlet;
import java.lang.invoke.MethodHandle;
import java.lang.reflect.Method;
import modjvm.spi.Deployment;
import modjvm.spi.DeploymentContext;
import modjvm.spi.EntryKind;

/** A class or a field that is a servlet, without a web application around it. */
final class ServletKind implements EntryKind {
    /** Makes the application. */
    interface Deploying {
        Deployment deploy(Servlet servlet, DeploymentContext context) throws Exception;
    }

    private final Deploying deploying;

    ServletKind(Deploying deploying) {
        this.deploying = deploying;
    }

    @Override
    public String noun() {
        return "a Servlet";
    }

    @Override
    public String accepted(String name) {
        return "a field of type Servlet, a factory Servlet " + name + "(Config)";
    }

    @Override
    public boolean isApplication(Class<?> type) {
        return Servlet.class.isAssignableFrom(type);
    }

    @Override
    public boolean isHandler(Method method) {
        return false;
    }

    @Override
    public Deployment deploy(Object application, DeploymentContext context) throws Exception {
        return deploying.deploy((Servlet) application, context);
    }

    @Override
    public Deployment deploy(MethodHandle handler, DeploymentContext context) {
        throw new IllegalStateException("no method is a servlet");
    }
}

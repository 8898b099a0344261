package modjvm.servlet;

import java.util.Map;
import modjvm.spi.DeploymentContext;
import modjvm.spi.LoadException;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.core.StandardContext;
import org.apache.tomcat.util.IntrospectionUtils;
import org.apache.tomcat.util.descriptor.web.ApplicationParameter;

/**
 * What JVMParameter says: attributes of Tomcat's connector, and how users log in, with a prefix
 * each; all others are the application's context parameters, and win over those of web.xml.
 */
final class Parameters {
    private static final String CONNECTOR = "connector.";

    private Parameters() {}

    static void apply(DeploymentContext context, StandardContext web, Connector connector) throws LoadException {
        web.getPipeline().addValve(HttpdLogin.of(context));
        for (Map.Entry<String, String> parameter : context.config().parameters().entrySet()) {
            String name = parameter.getKey();
            if (name.startsWith(HttpdLogin.PREFIX)) {
                continue;
            }
            if (!name.startsWith(CONNECTOR)) {
                ApplicationParameter own = new ApplicationParameter();
                own.setName(name);
                own.setValue(parameter.getValue());
                own.setOverride(false);
                web.addApplicationParameter(own);
            } else if (!IntrospectionUtils.setProperty(
                    connector, name.substring(CONNECTOR.length()), parameter.getValue())) {
                throw context.failed("the parameter " + name + ": Tomcat's connector has no such attribute here, or not"
                        + " that value; correct JVMParameter");
            }
        }
    }
}

package modjvm.boot.inside;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import org.apache.catalina.webresources.TomcatURLStreamHandlerFactory;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.web.server.ConfigurableWebServerFactory;
import org.springframework.boot.web.server.WebServerFactory;

/** Gives the application's Tomcat our connector, after all that the application says about it. */
final class ServerFactories implements BeanPostProcessor {
    @Override
    public Object postProcessAfterInitialization(Object bean, String name) {
        if (bean instanceof WebServerFactory) {
            give(bean);
        }
        return bean;
    }

    private static void give(Object factory) {
        Class<?> type = factory.getClass();
        try {
            // The type's package differs between Spring Boot 3 and 4.
            Method protocol = type.getMethod("setProtocol", String.class);
            protocol.invoke(factory, BootProtocol.class.getName());
            // A process has one factory, and several Tomcats.
            TomcatURLStreamHandlerFactory.disable();
        } catch (NoSuchMethodException e) {
            throw new IllegalStateException(
                    "its web server is not Tomcat (" + type.getName() + "), and mod_jvm gives requests to Tomcat alone;"
                            + " use spring-boot-starter-tomcat in place of the other server's starter",
                    e);
        } catch (IllegalAccessException | InvocationTargetException e) {
            throw new IllegalStateException(type.getName() + "::setProtocol fails", e);
        }
        if (factory instanceof ConfigurableWebServerFactory server) {
            server.setPort(0); // with a negative one, the server would wait for somebody to start it
            server.setSsl(null); // httpd has the TLS
            server.setHttp2(null);
        }
    }
}

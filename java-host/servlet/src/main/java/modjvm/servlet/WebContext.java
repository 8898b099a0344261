package modjvm.servlet;

import jakarta.servlet.MultipartConfigElement;
import jakarta.servlet.Servlet;
import jakarta.servlet.annotation.MultipartConfig;
import java.net.MalformedURLException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.apache.catalina.Lifecycle;
import org.apache.catalina.LifecycleEvent;
import org.apache.catalina.LifecycleListener;
import org.apache.catalina.Wrapper;
import org.apache.catalina.core.StandardContext;
import org.apache.catalina.startup.ContextConfig;
import org.apache.catalina.startup.Tomcat;
import org.apache.tomcat.util.scan.StandardJarScanner;

/**
 * Makes the context of a web application: what Tomcat's distribution sets in its conf folder,
 * beside what the application sets.
 */
final class WebContext implements LifecycleListener {
    private static final String DEFAULTS = "web-defaults.xml";
    private static final String CONTEXT_XML = "META-INF/context.xml";
    private static final int SESSION_MINUTES = 30;

    private final SessionSettings sessions;

    private WebContext(SessionSettings sessions) {
        this.sessions = sessions;
    }

    /**
     * Makes a context that is not started.
     *
     * @param path where it is mounted; empty at the root
     * @param folder the web application, exploded
     * @param config a context.xml that stands in for the application's own
     * @param work what Tomcat may write
     */
    static StandardContext make(
            String path, Path folder, Optional<Path> config, Path work, ClassLoader parent, SessionSettings sessions) {
        StandardContext context = bare(path, folder, work, parent, sessions);
        Path file = config.orElse(folder.resolve(CONTEXT_XML));
        if (Files.isRegularFile(file)) {
            context.setConfigFile(url(file));
        }
        StandardJarScanner scanner = new StandardJarScanner();
        scanner.setScanClassPath(false); // what is there is Tomcat's own
        context.setJarScanner(scanner);
        context.addLifecycleListener(new WebContext(sessions));
        ContextConfig steps = new ContextConfig();
        steps.setDefaultWebXml(String.valueOf(WebContext.class.getResource(DEFAULTS)));
        context.addLifecycleListener(steps);
        return context;
    }

    /**
     * Makes a context of one servlet, which gets all requests.
     *
     * @param folder an empty one
     */
    static StandardContext make(
            String path, Servlet servlet, Path folder, Path work, ClassLoader parent, SessionSettings sessions) {
        StandardContext context = bare(path, folder, work, parent, sessions);
        context.setRequestCharacterEncoding("UTF-8");
        context.setResponseCharacterEncoding("UTF-8");
        context.setSessionTimeout(SESSION_MINUTES);
        context.addLifecycleListener(new Tomcat.FixContextListener());
        Wrapper wrapper = Tomcat.addServlet(context, servlet.getClass().getName(), servlet);
        wrapper.setLoadOnStartup(1);
        MultipartConfig multipart = servlet.getClass().getAnnotation(MultipartConfig.class);
        if (multipart != null) {
            wrapper.setMultipartConfigElement(new MultipartConfigElement(multipart));
        }
        context.addServletMapping("/*", wrapper.getName());
        return context;
    }

    private static StandardContext bare(
            String path, Path folder, Path work, ClassLoader parent, SessionSettings sessions) {
        StandardContext context = new StandardContext();
        context.setName(path.isEmpty() ? "/" : path);
        context.setPath(path);
        context.setDocBase(folder.toString());
        context.setWorkDir(work.toString());
        context.setParentClassLoader(parent);
        context.getNamingResources(); // makes them; if that came after the start has begun, they would be started twice
        sessions.prepare(context);
        context.setCreateUploadTargets(true);
        context.setLogEffectiveWebXml(false);
        // The process ends soon after, and with it all that an application could leave behind.
        context.setClearReferencesHttpClientKeepAliveThread(false);
        context.setClearReferencesThreadLocals(false);
        context.setClearReferencesRmiTargets(false);
        return context;
    }

    private static URL url(Path file) {
        try {
            return file.toUri().toURL();
        } catch (MalformedURLException e) {
            throw new IllegalArgumentException(e); // a path always has one
        }
    }

    /** After context.xml is read, and before web.xml, which may say otherwise. */
    @Override
    public void lifecycleEvent(LifecycleEvent event) {
        if (event.getType().equals(Lifecycle.BEFORE_START_EVENT)) {
            StandardContext context = (StandardContext) event.getSource();
            Tomcat.addDefaultMimeTypeMappings(context);
            DataSources.choosePools(context.getNamingResources());
            sessions.complete(context);
        }
    }
}

package web;

import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.annotation.WebFilter;
import jakarta.servlet.annotation.WebListener;
import java.io.IOException;

/** A filter and a listener. */
@WebFilter(urlPatterns = "/*", asyncSupported = true)
@WebListener
public class Surroundings implements Filter, ServletContextListener {
    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        request.setAttribute("filtered", "yes");
        chain.doFilter(request, response);
    }

    @Override
    public void contextInitialized(ServletContextEvent event) {
        event.getServletContext().setAttribute("heard", "initialized");
    }

    @Override
    public void contextDestroyed(ServletContextEvent event) {
        System.err.println("web: context destroyed");
    }
}

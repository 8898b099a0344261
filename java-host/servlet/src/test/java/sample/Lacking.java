package sample;

import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import jakarta.servlet.annotation.WebListener;

/** Needs a class that the tests leave out. */
@WebListener
public class Lacking implements ServletContextListener {
    @Override
    public void contextInitialized(ServletContextEvent event) {
        new Needed();
    }

    /** What is needed. */
    static class Needed {}
}

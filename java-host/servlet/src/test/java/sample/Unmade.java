package sample;

import jakarta.servlet.ServletContextListener;
import jakarta.servlet.annotation.WebListener;

/** A class that cannot be initialised. */
@WebListener
public class Unmade implements ServletContextListener {
    private static final int NUMBER = number();

    private static int number() {
        throw new IllegalStateException("no licence");
    }

    @Override
    public String toString() {
        return "number " + NUMBER;
    }
}

package modjvm.servlet;

import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.apache.catalina.LifecycleException;
import org.jspecify.annotations.Nullable;
import org.xml.sax.SAXParseException;

/**
 * What Tomcat says of an application that does not start: it logs that, and throws nothing. Listens
 * to one thread.
 */
final class StartFailures extends Handler implements AutoCloseable {
    private static final Logger TOMCAT = Logger.getLogger("org.apache");

    private final long thread = Thread.currentThread().getId();
    private @Nullable Throwable cause;
    private @Nullable SAXParseException place;
    private String first = "";

    /** To be closed by the same thread. */
    static StartFailures listen() {
        StartFailures failures = new StartFailures();
        failures.setLevel(Level.SEVERE);
        TOMCAT.addHandler(failures);
        return failures;
    }

    @Override
    public void publish(LogRecord record) {
        if (Thread.currentThread().getId() != thread || record.getLevel().intValue() < Level.SEVERE.intValue()) {
            return;
        }
        if (first.isEmpty()) {
            first = String.valueOf(record.getMessage());
        }
        if (cause == null) {
            cause = record.getThrown();
        }
        if (place == null && record.getThrown() instanceof SAXParseException e && e.getSystemId() != null) {
            place = e;
        }
    }

    /**
     * Where a descriptor is wrong; else what came first, and the exception that came first. On one
     * line.
     */
    String message() {
        return (place == null ? description() : in(place)).replaceAll("\\s+", " ");
    }

    private static String in(SAXParseException e) {
        Throwable root = root(e);
        return e.getSystemId().replaceFirst("^file:/*", "/") + ":" + e.getLineNumber() + ": "
                + (root == e ? e.getMessage() : root);
    }

    private static Throwable root(Throwable thrown) {
        Throwable root = thrown;
        while (root.getCause() != null && root.getCause() != root) {
            root = root.getCause();
        }
        return root;
    }

    private String description() {
        StringBuilder message = new StringBuilder(first.isEmpty() ? "it does not start" : first);
        Throwable thrown = cause;
        if (thrown != null) {
            Throwable root = root(thrown);
            message.append(": ").append(thrown);
            if (root != thrown) {
                message.append(": ").append(root);
            }
        }
        return message.toString();
    }

    /** What threw first, or what Tomcat says in place of that. */
    Throwable cause() {
        return cause == null ? new LifecycleException(first) : cause;
    }

    @Override
    public void flush() {}

    @Override
    public void close() {
        TOMCAT.removeHandler(this);
    }
}

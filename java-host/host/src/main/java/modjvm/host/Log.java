package modjvm.host;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;

/** Lines for the error log of the virtual host: the supervisor takes them from standard error. Thread-safe. */
public final class Log {
    /** The process's own standard error, whatever System.err has become. */
    private static volatile PrintStream process = System.err;

    private Log() {}

    /** Once, before anything is put in front of it. */
    static void keep(PrintStream stderr) {
        process = stderr;
    }

    /** Writes past the request that the current thread may handle. */
    static void past(String text) {
        process.print(text);
        process.flush();
    }

    /** Writes {@code prefix: message}. */
    public static void line(String prefix, String message) {
        write(prefix + ": " + message + "\n");
    }

    /** Writes {@code prefix: }, and the stack trace. */
    public static void trace(String prefix, Throwable thrown) {
        StringWriter trace = new StringWriter();
        try {
            thrown.printStackTrace(new PrintWriter(trace));
        } catch (RuntimeException e) {
            trace.append(describe(thrown))
                    .append(", and its stack trace cannot be had: ")
                    .append(describe(e))
                    .append('\n');
        }
        write(prefix + ": " + trace);
    }

    /** The exception's class and message; never fails, whatever the class makes of {@code getMessage}. */
    public static String describe(Throwable thrown) {
        String name = thrown.getClass().getName();
        try {
            String message = thrown.getMessage();
            return message == null ? name : name + ": " + message;
        } catch (RuntimeException e) {
            return name;
        }
    }

    /** In one piece, so that lines of several threads do not mix. */
    private static void write(String text) {
        System.err.print(text);
        System.err.flush();
    }
}

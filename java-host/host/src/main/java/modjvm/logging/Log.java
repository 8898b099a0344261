package modjvm.logging;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import modjvm.spi.LogLevel;

/**
 * Lines for the error log of the virtual host: the supervisor takes them from standard error.
 * Thread-safe.
 */
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
        write(prefix + ": " + text(thrown));
    }

    /**
     * Writes like {@link #line}, from a thread of its own: who calls waits neither for the
     * supervisor nor for who holds standard error.
     *
     * @param message may be of several lines
     */
    public static void aside(String prefix, String message) {
        Thread writer = new Thread("modjvm-log") {
            @Override
            public void run() {
                write(prefix + ": " + message.stripTrailing() + "\n");
            }
        };
        writer.setDaemon(true);
        writer.start();
    }

    /** A stack trace, as the exception has it. */
    public static String text(Throwable thrown) {
        StringWriter trace = new StringWriter();
        try {
            thrown.printStackTrace(new PrintWriter(trace));
        } catch (RuntimeException e) {
            trace.append(describe(thrown))
                    .append(", and its stack trace is not available: ")
                    .append(describe(e))
                    .append('\n');
        }
        return trace.toString();
    }

    /** Where a thread stands, a line for each frame. */
    public static String stack(StackTraceElement[] frames) {
        StringBuilder text = new StringBuilder();
        for (StackTraceElement frame : frames) {
            text.append("\tat ").append(frame).append('\n');
        }
        return text.toString();
    }

    /**
     * The exception's class and message; never fails, whatever the class makes of
     * {@code getMessage}.
     */
    public static String describe(Throwable thrown) {
        String name = thrown.getClass().getName();
        try {
            String message = thrown.getMessage();
            return message == null ? name : name + ": " + message;
        } catch (RuntimeException e) {
            return name;
        }
    }

    /**
     * A text that tells its level, line by line, as sd-daemon(3) has it; without that, lines of
     * standard output are notices, and those of standard error are errors.
     *
     * @return to be printed to one of them
     */
    public static String at(LogLevel level, String text) {
        String prefix = switch (level) {
            case ERROR -> "<3>";
            case WARNING -> "<4>";
            case NOTICE -> "<5>";
            case INFO -> "<6>";
            case DEBUG, TRACE -> "<7>";
        };
        return prefix + text.replace("\n", "\n" + prefix);
    }

    /** In one piece, so that lines of several threads do not mix. */
    private static void write(String text) {
        System.err.print(text);
        System.err.flush();
    }
}

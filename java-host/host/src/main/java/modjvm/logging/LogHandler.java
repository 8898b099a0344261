package modjvm.logging;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.logging.ErrorManager;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.SimpleFormatter;
import modjvm.spi.LogLevel;

/**
 * Records of java.util.logging: with the request that the logging thread handles, each at its
 * level; else to standard output and error, for the supervisor. Thread-safe.
 */
public final class LogHandler extends Handler {
    private final SimpleFormatter formatter = new SimpleFormatter();

    /** Made by the JDK: see {@link LoggingConfiguration}. */
    public LogHandler() {
        setLevel(Level.ALL);
    }

    @Override
    public void publish(LogRecord record) {
        if (!isLoggable(record)) {
            return;
        }
        try {
            String text = text(record);
            RequestLog log = RequestLog.current();
            if (log != null) {
                log.lines(level(record.getLevel()), text);
            } else {
                boolean isAlarming = record.getLevel().intValue() >= Level.WARNING.intValue();
                PrintStream stream = isAlarming ? System.err : System.out;
                stream.println(Log.at(level(record.getLevel()), text));
            }
        } catch (RuntimeException e) { // a message's argument may throw anything
            reportError("a record cannot be logged", e, ErrorManager.WRITE_FAILURE);
        }
    }

    private String text(LogRecord record) {
        StringWriter text = new StringWriter();
        if (record.getLoggerName() != null) {
            text.append(record.getLoggerName()).append(": ");
        }
        text.append(formatter.formatMessage(record));
        if (record.getThrown() != null) {
            text.append('\n');
            record.getThrown().printStackTrace(new PrintWriter(text));
        }
        return text.toString().stripTrailing();
    }

    private static LogLevel level(Level level) {
        int value = level.intValue();
        if (value >= Level.SEVERE.intValue()) {
            return LogLevel.ERROR;
        } else if (value >= Level.WARNING.intValue()) {
            return LogLevel.WARNING;
        } else if (value >= Level.INFO.intValue()) {
            return LogLevel.INFO;
        }
        return value >= Level.FINE.intValue() ? LogLevel.DEBUG : LogLevel.TRACE;
    }

    @Override
    public void flush() {
        // Nothing is held back.
    }

    @Override
    public void close() {
        // Nothing to release.
    }
}

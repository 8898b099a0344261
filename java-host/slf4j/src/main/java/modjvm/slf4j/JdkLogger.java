package modjvm.slf4j;

import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Marker;
import org.slf4j.event.Level;
import org.slf4j.helpers.LegacyAbstractLogger;
import org.slf4j.helpers.MessageFormatter;

/** Logs to the logger of java.util.logging that has the same name. Thread-safe. */
final class JdkLogger extends LegacyAbstractLogger {
    private static final long serialVersionUID = 1;

    /** Held, since the JDK forgets loggers, and their levels, that nobody holds. */
    private final transient Logger logger;

    JdkLogger(String name) {
        this.name = name;
        // SLF4J's root logger has a name, the JDK's has none.
        logger = Logger.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME.equals(name) ? "" : name);
    }

    private static java.util.logging.Level level(Level level) {
        return switch (level) {
            case ERROR -> java.util.logging.Level.SEVERE;
            case WARN -> java.util.logging.Level.WARNING;
            case INFO -> java.util.logging.Level.INFO;
            case DEBUG -> java.util.logging.Level.FINE;
            case TRACE -> java.util.logging.Level.FINEST;
        };
    }

    @Override
    public boolean isErrorEnabled() {
        return logger.isLoggable(level(Level.ERROR));
    }

    @Override
    public boolean isWarnEnabled() {
        return logger.isLoggable(level(Level.WARN));
    }

    @Override
    public boolean isInfoEnabled() {
        return logger.isLoggable(level(Level.INFO));
    }

    @Override
    public boolean isDebugEnabled() {
        return logger.isLoggable(level(Level.DEBUG));
    }

    @Override
    public boolean isTraceEnabled() {
        return logger.isLoggable(level(Level.TRACE));
    }

    @Override
    protected @Nullable String getFullyQualifiedCallerName() {
        return null; // who calls is not looked for
    }

    @Override
    protected void handleNormalizedLoggingCall(
            Level level,
            @Nullable Marker marker,
            @Nullable String pattern,
            Object @Nullable [] arguments,
            @Nullable Throwable thrown) {
        LogRecord record = new LogRecord(level(level), MessageFormatter.basicArrayFormat(pattern, arguments));
        record.setLoggerName(logger.getName());
        record.setSourceClassName(name); // else the JDK would take this class for the caller
        record.setThrown(thrown);
        logger.log(record);
    }
}

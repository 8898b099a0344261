package modjvm.logging;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import modjvm.spi.LogLevel;
import org.jspecify.annotations.Nullable;

/**
 * The level that printed text names itself: as sd-daemon(3) has it ({@code <4>}), or as the usual
 * patterns of loggers have it that print to a console: those of Logback, Log4j 2, Spring Boot,
 * Tomcat and java.util.logging. Stateless.
 */
final class PrintedLevel {
    /** Has no use where nothing is printed that looks like it. */
    private static final class Patterns {
        private static final String LEVELS =
                "(TRACE|DEBUG|INFO|WARN|WARNING|ERROR|SEVERE|FATAL|CONFIG|FINE|FINER|FINEST)";
        /** A date, a time, the thread in brackets, the level; the first and the third may be left out. */
        private static final Pattern TIMED = Pattern.compile(
                "(?:\\d{4}-\\d\\d-\\d\\d[T ]|\\d\\d-\\p{Alpha}{3}-\\d{4} )?\\d\\d:\\d\\d:\\d\\d\\S* +(?:\\[[^\\]]*] +)?"
                        + LEVELS + " ");
        /** The second line of a record of java.util.logging. */
        private static final Pattern BARE = Pattern.compile(LEVELS + ": ");
    }

    private static final int PREFIX = "<n>".length();

    private PrintedLevel() {}

    /** Returns null where the text names none. */
    static @Nullable LogLevel of(String text) {
        if (text.isEmpty()) {
            return null;
        }
        char first = text.charAt(0);
        if (isPrefixed(text)) {
            return numbered(text.charAt(1));
        }
        Pattern pattern =
                first >= '0' && first <= '9' ? Patterns.TIMED : first >= 'A' && first <= 'Z' ? Patterns.BARE : null;
        if (pattern == null) {
            return null;
        }
        Matcher matcher = pattern.matcher(text);
        return matcher.lookingAt() ? named(matcher.group(1)) : null;
    }

    /** Returns the text without what is for nobody to read. */
    static String strip(String text) {
        return isPrefixed(text) ? text.substring(PREFIX) : text;
    }

    private static boolean isPrefixed(String text) {
        return text.length() >= PREFIX
                && text.charAt(0) == '<'
                && text.charAt(1) >= '3'
                && text.charAt(1) <= '7'
                && text.charAt(2) == '>';
    }

    private static LogLevel numbered(char digit) {
        return switch (digit) {
            case '3' -> LogLevel.ERROR;
            case '4' -> LogLevel.WARNING;
            case '5' -> LogLevel.NOTICE;
            case '6' -> LogLevel.INFO;
            default -> LogLevel.DEBUG;
        };
    }

    private static LogLevel named(String name) {
        return switch (name) {
            case "ERROR", "SEVERE", "FATAL" -> LogLevel.ERROR;
            case "WARN", "WARNING" -> LogLevel.WARNING;
            case "INFO" -> LogLevel.INFO;
            case "DEBUG", "CONFIG", "FINE" -> LogLevel.DEBUG;
            default -> LogLevel.TRACE;
        };
    }
}

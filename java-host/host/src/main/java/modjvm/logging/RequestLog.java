package modjvm.logging;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import modjvm.spi.Exchange;
import modjvm.spi.ExchangeObserver;
import modjvm.spi.LogLevel;
import org.jspecify.annotations.Nullable;

/**
 * The lines that a request's application prints and logs in the thread that handles the request:
 * they go to httpd with it, which writes them to the error log of the request's virtual host. Never
 * waits for a slow client: where the connection takes nothing more, a line takes the process's own
 * standard error. Used by the thread of the request, or the one that answers it.
 */
public final class RequestLog implements ExchangeObserver {

    /** In characters; so that three bytes for each fit a frame. */
    private static final int LONGEST = 1300;

    private static final ThreadLocal<@Nullable RequestLog> CURRENT = new ThreadLocal<>();

    private final Exchange exchange;
    private @Nullable ByteArrayOutputStream unfinishedOut;
    private @Nullable ByteArrayOutputStream unfinishedErr;

    /** Makes the log of one request. */
    public RequestLog(Exchange exchange) {
        this.exchange = exchange;
    }

    /** The current thread handles a request from here on. */
    public static void begin(RequestLog log) {
        CURRENT.set(log);
    }

    /** It does no more. */
    public static void end() {
        RequestLog log = CURRENT.get();
        if (log != null) {
            log.finishLines();
        }
        CURRENT.remove();
    }

    @Override
    public void responding() {
        finishLines();
    }

    @Override
    public void ending() {
        finishLines();
    }

    /** What the application printed without a line's end is a line: it has done its part. */
    private void finishLines() {
        finish(unfinishedOut, LogLevel.NOTICE);
        finish(unfinishedErr, LogLevel.ERROR);
    }

    /** Of the request that the current thread handles, or null. */
    public static @Nullable RequestLog current() {
        return CURRENT.get();
    }

    /**
     * Takes what was printed at once. The lines after one that {@linkplain PrintedLevel names its
     * level} have it too, if they name none: it is a stack trace.
     */
    public void print(boolean isError, byte[] bytes, int offset, int length) {
        ByteArrayOutputStream unfinished = isError ? unfinishedErr : unfinishedOut;
        LogLevel level = isError ? LogLevel.ERROR : LogLevel.NOTICE;
        int start = offset;
        for (int at = offset; at < offset + length; at++) {
            if (bytes[at] == '\n') {
                if (unfinished == null || unfinished.size() == 0) {
                    level = printed(level, new String(bytes, start, at - start, StandardCharsets.UTF_8));
                } else {
                    unfinished.write(bytes, start, at - start);
                    level = finish(unfinished, level);
                }
                start = at + 1;
            }
        }
        if (start == offset + length) {
            return;
        }
        if (unfinished == null) {
            unfinished = new ByteArrayOutputStream();
            if (isError) {
                unfinishedErr = unfinished;
            } else {
                unfinishedOut = unfinished;
            }
        }
        unfinished.write(bytes, start, offset + length - start);
        if (unfinished.size() > LONGEST) {
            finish(unfinished, level);
        }
    }

    /** Sends a text, line by line. */
    public void lines(LogLevel level, String text) {
        for (String line : text.split("\\R", -1)) {
            for (int at = 0; at == 0 || at < line.length(); at += LONGEST) {
                line(level, line.substring(at, Math.min(line.length(), at + LONGEST)));
            }
        }
    }

    private void line(LogLevel level, String line) {
        String printable = line.replace("\t", "    "); // httpd would write \t
        if (!exchange.log(level, printable)) {
            Log.past("[id " + exchange.head().logId() + "] " + printable + "\n");
        }
    }

    private LogLevel finish(@Nullable ByteArrayOutputStream unfinished, LogLevel level) {
        if (unfinished == null || unfinished.size() == 0) {
            return level;
        }
        String text = unfinished.toString(StandardCharsets.UTF_8);
        unfinished.reset();
        return printed(level, text);
    }

    /** @return the level of the line: its own, else the one given */
    private LogLevel printed(LogLevel otherwise, String line) {
        LogLevel own = PrintedLevel.of(line);
        LogLevel level = own == null ? otherwise : own;
        lines(level, PrintedLevel.strip(line));
        return level;
    }
}

package modjvm.logging;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The lines that a request's application prints and logs in the thread that handles the request: they go to httpd with it, which writes them to the
 * error log of the request's virtual host. Never waits for a slow client: where the connection takes nothing more, a line takes the process's own
 * standard error. Used by the thread of the request.
 */
public final class RequestLog {
    static final int ERROR = 3;
    public static final int WARNING = 4;
    static final int NOTICE = 5;
    public static final int INFO = 6;
    static final int DEBUG = 7;
    static final int TRACE = 8;

    /** In characters; so that three bytes for each fit a frame. */
    private static final int LONGEST = 1300;

    private static final ThreadLocal<@Nullable RequestLog> CURRENT = new ThreadLocal<>();

    private final LogSink sink;
    private @Nullable ByteArrayOutputStream unfinishedOut;
    private @Nullable ByteArrayOutputStream unfinishedErr;

    /** Makes the log of one request. */
    public RequestLog(LogSink sink) {
        this.sink = sink;
    }

    /** The current thread handles a request from here on. */
    public static void begin(RequestLog log) {
        CURRENT.set(log);
    }

    /** It does no more. */
    public static void end() {
        finishLines();
        CURRENT.remove();
    }

    /** What the application printed without a line's end is a line: it has done its part, and the response's end is about to leave. */
    public static void finishLines() {
        RequestLog log = CURRENT.get();
        if (log != null) {
            log.finish(log.unfinishedOut, NOTICE);
            log.finish(log.unfinishedErr, ERROR);
        }
    }

    /** Of the request that the current thread handles, or null. */
    public static @Nullable RequestLog current() {
        return CURRENT.get();
    }

    /** Takes what was printed. */
    public void print(boolean isError, byte[] bytes, int offset, int length) {
        ByteArrayOutputStream unfinished = isError ? unfinishedErr : unfinishedOut;
        int level = isError ? ERROR : NOTICE;
        int start = offset;
        for (int at = offset; at < offset + length; at++) {
            if (bytes[at] == '\n') {
                if (unfinished == null) {
                    lines(level, new String(bytes, start, at - start, StandardCharsets.UTF_8));
                } else {
                    unfinished.write(bytes, start, at - start);
                    finish(unfinished, level);
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
    public void lines(int level, String text) {
        for (String line : text.split("\\R", -1)) {
            for (int at = 0; at == 0 || at < line.length(); at += LONGEST) {
                line(level, line.substring(at, Math.min(line.length(), at + LONGEST)));
            }
        }
    }

    private void line(int level, String line) {
        String printable = line.replace("\t", "    "); // httpd would write \t
        if (!sink.log(level, printable)) {
            Log.past("[id " + sink.logId() + "] " + printable + "\n");
        }
    }

    private void finish(@Nullable ByteArrayOutputStream unfinished, int level) {
        if (unfinished != null && unfinished.size() > 0) {
            String text = unfinished.toString(StandardCharsets.UTF_8);
            unfinished.reset();
            lines(level, text);
        }
    }
}

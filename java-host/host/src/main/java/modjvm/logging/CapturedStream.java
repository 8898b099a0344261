package modjvm.logging;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import modjvm.spi.LogLevel;
import org.jspecify.annotations.Nullable;

/**
 * What is printed to standard output or error: goes with the request that the printing thread
 * handles, if it handles one. Thread-safe.
 */
public final class CapturedStream extends OutputStream {
    private static final int SHOWN = 200;

    private final PrintStream process;
    private final boolean isError;
    /** Guarded by this. */
    private boolean isInLine;

    private CapturedStream(PrintStream process, boolean isError) {
        this.process = process;
        this.isError = isError;
    }

    /** Puts itself in front of the process's two streams. */
    public static void install() {
        Log.keep(System.err);
        System.setOut(new PrintStream(new CapturedStream(System.out, false), true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(new CapturedStream(System.err, true), true, StandardCharsets.UTF_8));
    }

    @Override
    public void write(int octet) {
        write(new byte[] {(byte) octet}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
        RequestLog log = RequestLog.current();
        if (log == null) {
            pass(bytes, offset, length);
        } else {
            log.print(isError, bytes, offset, length);
        }
    }

    /** To the supervisor, which is told the level that what is printed at once begins with. */
    private synchronized void pass(byte[] bytes, int offset, int length) {
        if (length == 0) {
            return;
        }
        @Nullable
        LogLevel level = isInLine
                ? null
                : PrintedLevel.of(new String(bytes, offset, Math.min(length, SHOWN), StandardCharsets.UTF_8));
        isInLine = bytes[offset + length - 1] != '\n';
        if (level == null || bytes[offset] == '<') {
            process.write(bytes, offset, length);
        } else {
            byte[] levelled = Log.at(level, new String(bytes, offset, length, StandardCharsets.UTF_8).stripTrailing())
                    .getBytes(StandardCharsets.UTF_8);
            process.write(levelled, 0, levelled.length);
            if (!isInLine) {
                process.write('\n');
            }
        }
    }

    @Override
    public void flush() {
        process.flush();
    }
}

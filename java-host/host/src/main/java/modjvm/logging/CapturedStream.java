package modjvm.logging;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * What is printed to standard output or error: goes with the request that the printing thread
 * handles, if it handles one. Thread-safe.
 */
public final class CapturedStream extends OutputStream {
    private final PrintStream process;
    private final boolean isError;

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
            process.write(bytes, offset, length);
        } else {
            log.print(isError, bytes, offset, length);
        }
    }

    @Override
    public void flush() {
        process.flush();
    }
}

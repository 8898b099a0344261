package modjvm.loading;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.Path;
import java.util.Arrays;
import modjvm.spi.LoadException;
import org.jspecify.annotations.Nullable;

/**
 * Makes of what an application's code threw while it was loaded one line that says where, and a
 * report.
 */
final class Failures {
    /** Frames between the host's and the application's: reflection and class initialisation. */
    private static final String[] MACHINERY = {
        "java.lang.reflect.", "java.lang.invoke.", "jdk.internal.reflect.", "jdk.internal.misc.", "java.lang.Class"
    };

    private static final int MAX_CAUSES = 20;

    private final Path path;
    /**
     * Null where the application is not of classes that the host itself has loaded, as is what
     * follows.
     */
    private final @Nullable Target target;

    private final @Nullable TargetLoader loader;

    /** For a target whose classes the host loads. */
    Failures(Target target, TargetLoader loader) {
        this.path = target.path();
        this.target = target;
        this.loader = loader;
    }

    /** For another one. */
    Failures(Path path) {
        this.path = path;
        this.target = null;
        this.loader = null;
    }

    LoadException of(String entryPoint, Throwable thrown) {
        Throwable reason = unwrap(thrown);
        String message = place(reason) + ": " + OneLine.of(reason) + " (while loading " + entryPoint + ")";
        StringWriter report = new StringWriter();
        PrintWriter out = new PrintWriter(report);
        out.println(message);
        cutHostFrames(reason);
        try {
            reason.printStackTrace(out);
        } catch (RuntimeException e) {
            out.println(OneLine.of(e)); // the exception's own method failed
        }
        return new LoadException(message, report.toString().stripTrailing(), reason);
    }

    private static Throwable unwrap(Throwable thrown) {
        Throwable reason = thrown;
        while (reason.getCause() != null
                && (reason instanceof InvocationTargetException || reason instanceof ExceptionInInitializerError)) {
            reason = reason.getCause();
        }
        return reason;
    }

    /** The topmost frame in the application's own code, of the exception or else of its causes. */
    private String place(Throwable reason) {
        if (target == null || loader == null) {
            return path.toString();
        }
        int depth = 0;
        for (Throwable t = reason; t != null && depth < MAX_CAUSES; t = t.getCause()) {
            for (StackTraceElement frame : t.getStackTrace()) {
                if (frame.getLineNumber() > 0 && loader.holds(frame.getClassName())) {
                    return target.place(frame);
                }
            }
            depth++;
        }
        return path.toString();
    }

    private static void cutHostFrames(Throwable reason) {
        int depth = 0;
        for (Throwable t = reason; t != null && depth < MAX_CAUSES; t = t.getCause()) {
            StackTraceElement[] frames = t.getStackTrace();
            int end = 0;
            while (end < frames.length && !frames[end].getClassName().startsWith("modjvm.loading.")) {
                end++;
            }
            if (end < frames.length) {
                while (end > 0 && isMachinery(frames[end - 1].getClassName())) {
                    end--;
                }
                t.setStackTrace(Arrays.copyOf(frames, end));
            }
            depth++;
        }
    }

    private static boolean isMachinery(String className) {
        for (String prefix : MACHINERY) {
            if (className.startsWith(prefix)) {
                return true;
            }
        }
        return false;
    }
}

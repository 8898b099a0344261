import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import modjvm.*;

/**
 * Holds requests: for some milliseconds, or until a file exists (FILE.inside then tells that one is
 * there). Counts how many are inside at once, and how many there were.
 */
public class Gate {
    private static final AtomicInteger INSIDE = new AtomicInteger();
    private static final AtomicInteger MOST = new AtomicInteger();
    private static final AtomicInteger SEEN = new AtomicInteger();

    static final Application application = Gate::answer;

    private static Response answer(Request request) throws Exception {
        String[] question = request.query().split("=", 2);
        return switch (question[0]) {
            case "most" -> Response.text(Integer.toString(MOST.get()));
            case "seen" -> Response.text(Integer.toString(SEEN.get()));
            case "inside" -> Response.text(Integer.toString(INSIDE.get()));
            case "pid" -> Response.text(Long.toString(ProcessHandle.current().pid()));
            case "hold" -> hold(() -> Thread.sleep(Long.parseLong(question[1])));
            case "until" -> hold(() -> await(Path.of(question[1])));
            case "deaf" -> hold(() -> awaitDeaf(Path.of(question[1])));
            case "stream" -> Response.stream("text/plain", out -> {
                out.write("begun\n".getBytes());
                out.flush();
                try {
                    hold(() -> await(Path.of(question[1])));
                } catch (Exception e) {
                    throw new java.io.IOException(e);
                }
                out.write("done\n".getBytes());
            });
            default -> Response.status(404);
        };
    }

    private interface Pause {
        void run() throws Exception;
    }

    private static Response hold(Pause pause) throws Exception {
        SEEN.incrementAndGet();
        int now = INSIDE.incrementAndGet();
        MOST.accumulateAndGet(now, Math::max);
        try {
            pause.run();
        } finally {
            INSIDE.decrementAndGet();
        }
        return Response.text(ProcessHandle.current().pid() + "\n");
    }

    /** Whoever interrupts it. */
    private static void awaitDeaf(Path file) throws Exception {
        Files.writeString(Path.of(file + ".inside"), "");
        while (!Files.exists(file)) {
            try {
                Thread.sleep(10);
            } catch (InterruptedException e) {
                continue;
            }
        }
    }

    private static void await(Path file) throws Exception {
        Files.writeString(Path.of(file + ".inside"), "");
        while (!Files.exists(file)) {
            Thread.sleep(10);
        }
    }
}

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32;
import modjvm.*;

/**
 * Writes down which requests it has seen, in a file that outlives it: one line before and one after
 * each, in FOLDER/PID.ledger. The query is ID, HOLD: it holds the request for some milliseconds,
 * however it is interrupted; "halt" ends the JVM before the body is read. The answer tells what the
 * body was.
 */
public class Ledger {
    private final FileChannel file;

    private Ledger(Path folder) throws IOException {
        file = FileChannel.open(
                folder.resolve(ProcessHandle.current().pid() + ".ledger"),
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
    }

    static Application application(Config config) throws IOException {
        return new Ledger(Path.of(config.parameters().get("folder")))::answer;
    }

    private Response answer(Request request) throws IOException {
        String[] question = request.query().split(",");
        write("begin " + question[0] + "\n");
        if (question[1].equals("halt")) {
            Runtime.getRuntime().halt(9);
        }
        String body = describe(request.body());
        hold(Long.parseLong(question[1]));
        write("end " + question[0] + "\n");
        return Response.text(question[0] + " " + body);
    }

    /** In one write, which a signal cannot divide. */
    private synchronized void write(String line) throws IOException {
        // an interrupt would close the channel
        boolean wasInterrupted = Thread.interrupted();
        file.write(ByteBuffer.wrap(line.getBytes()));
        if (wasInterrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static void hold(long milliseconds) {
        long end = System.nanoTime() + milliseconds * 1_000_000;
        for (long left = end - System.nanoTime(); left > 0; left = end - System.nanoTime()) {
            try {
                Thread.sleep(left / 1_000_000, (int) (left % 1_000_000));
            } catch (InterruptedException e) {
                continue;
            }
        }
    }

    private static String describe(InputStream body) throws IOException {
        CRC32 sum = new CRC32();
        byte[] buffer = new byte[8192];
        long total = 0;
        for (int count = body.read(buffer); count >= 0; count = body.read(buffer)) {
            sum.update(buffer, 0, count);
            total += count;
        }
        return total + " " + Long.toHexString(sum.getValue());
    }
}

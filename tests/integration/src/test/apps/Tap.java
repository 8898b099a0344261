import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.CRC32;
import modjvm.*;

/**
 * Moves large bodies and counts, for others to ask, how much of the last one it has moved. Reading
 * stops on the way until it is told to go on.
 */
public class Tap {
    static final Application application = Tap::answer;

    private static final AtomicLong MOVED = new AtomicLong();
    private static final byte[] PIECE = piece();
    private static volatile boolean open;

    private static byte[] piece() {
        byte[] piece = new byte[16_384];
        for (int i = 0; i < piece.length; i++) {
            piece[i] = (byte) (i * 31 + (i >> 8));
        }
        return piece;
    }

    private static Response answer(Request request) throws Exception {
        String[] question = request.query().split("=", 2);
        switch (question[0]) {
            case "moved":
                return Response.text(Long.toString(MOVED.get()));
            case "open":
                open = true;
                return Response.text("open");
            case "pid":
                return Response.text(Long.toString(ProcessHandle.current().pid()));
            case "down":
                MOVED.set(0);
                return Response.stream("application/octet-stream", out -> {
                    for (long left = Long.parseLong(question[1]); left > 0; left -= PIECE.length) {
                        out.write(PIECE);
                        MOVED.addAndGet(PIECE.length);
                    }
                });
            case "up":
                MOVED.set(0);
                open = false;
                return Response.text(drink(request.body(), Long.parseLong(question[1])));
            default:
                return Response.status(404);
        }
    }

    private static String drink(InputStream body, long first) throws IOException, InterruptedException {
        CRC32 sum = new CRC32();
        byte[] buffer = new byte[8192];
        int count;
        while ((count = body.read(buffer)) >= 0) {
            sum.update(buffer, 0, count);
            MOVED.addAndGet(count);
            while (MOVED.get() >= first && !open) {
                Thread.sleep(10);
            }
        }
        return MOVED.get() + " " + Long.toHexString(sum.getValue());
    }
}

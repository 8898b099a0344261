import java.io.IOException;
import java.io.InputStream;
import java.util.zip.CRC32;
import modjvm.*;

/** Moves large bodies, and breaks some off. The query says what and how much. */
public class Flow {
    static final Application application = Flow::answer;

    private static final byte[] PIECE = piece();

    private static byte[] piece() {
        byte[] piece = new byte[65_536];
        for (int i = 0; i < piece.length; i++) {
            piece[i] = (byte) (i * 31 + (i >> 8));
        }
        return piece;
    }

    private static Response answer(Request request) throws Exception {
        String[] question = request.query().split("=", 2);
        long count = question.length == 2 ? Long.parseLong(question[1]) : 0;
        return switch (question[0]) {
            case "up" -> Response.text(checksum(request.body()));
            case "down" -> Response.stream("application/octet-stream", out -> write(out, count));
            case "memory" -> Response.bytes(new byte[(int) count], "application/octet-stream");
            case "echo" -> Response.stream("application/octet-stream", out -> request.body().transferTo(out));
            case "known" -> Response.stream("application/octet-stream", out -> write(out, count))
                    .withHeader("Content-Length", Long.toString(count));
            case "throws" -> Response.stream("text/plain", out -> {
                write(out, count);
                throw new IOException("broken off on purpose");
            });
            case "flushes" -> Response.stream("text/plain", out -> {
                out.write('x');
                out.flush();
                throw new IOException("broken off on purpose");
            });
            case "short" -> Response.stream("text/plain", out -> write(out, count / 2))
                    .withHeader("Content-Length", Long.toString(count));
            case "long" -> Response.stream("text/plain", out -> write(out, count * 2))
                    .withHeader("Content-Length", Long.toString(count));
            case "dies" -> Response.stream("text/plain", out -> {
                write(out, count);
                out.flush();
                Runtime.getRuntime().halt(9);
            });
            case "status" -> Response.status((int) count);
            case "early" -> Response.text("too large\n").withStatus(413);
            case "reluctant" -> Response.stream("application/octet-stream", out -> {
                request.body().readNBytes(PIECE.length); // which asks for more
                pause(); // until that has come
                write(out, count);
                request.body().transferTo(java.io.OutputStream.nullOutputStream());
            });
            case "ticks" -> Response.stream("text/plain", out -> {
                out.write("first\n".getBytes());
                out.flush();
                request.body().readAllBytes();
                out.write("second\n".getBytes());
            });
            default -> Response.status(404);
        };
    }

    private static void pause() throws IOException {
        try {
            Thread.sleep(500);
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    private static void write(java.io.OutputStream out, long count) throws IOException {
        for (long left = count; left > 0; left -= PIECE.length) {
            out.write(PIECE, 0, (int) Math.min(left, PIECE.length));
        }
    }

    private static String checksum(InputStream body) throws IOException {
        CRC32 sum = new CRC32();
        byte[] buffer = new byte[65_536];
        long total = 0;
        for (int count = body.read(buffer); count >= 0; count = body.read(buffer)) {
            sum.update(buffer, 0, count);
            total += count;
        }
        return total + " " + Long.toHexString(sum.getValue());
    }
}

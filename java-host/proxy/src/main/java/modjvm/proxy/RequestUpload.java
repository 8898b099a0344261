package modjvm.proxy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import modjvm.Header;
import modjvm.spi.RequestBody;
import org.jspecify.annotations.Nullable;

/**
 * Copies the body of a request to the program's server, on a thread of its own, while the
 * exchange's thread waits for the response.
 */
final class RequestUpload implements Runnable {
    private static final int SIZE = 16_384;
    /** Of a chunk: its length in four digits, and the ends of two lines. */
    private static final int BEFORE = 6;

    private static final int AFTER = 2;
    /** A server need not answer to Expect. */
    private static final long MOST_WAIT_MILLIS = 1_000;

    private final RequestBody body;
    private final ServerConnection connection;
    private final boolean isChunked;
    private final CountDownLatch wanted;
    /** Written by the upload, read by the exchange's thread. */
    private volatile boolean isComplete;

    private volatile @Nullable IOException clientFailure;
    private volatile boolean isCancelled;

    /**
     * Prepares it.
     *
     * @param isChunked whether its length is not known
     * @param isAwaited whether the server is asked before
     */
    RequestUpload(RequestBody body, ServerConnection connection, boolean isChunked, boolean isAwaited) {
        this.body = body;
        this.connection = connection;
        this.isChunked = isChunked;
        this.wanted = new CountDownLatch(isAwaited ? 1 : 0);
    }

    /** The server wants the body. */
    void proceed() {
        wanted.countDown();
    }

    /** The response is here: a body that has not begun is not sent any more. */
    void cancel() {
        isCancelled = true;
        wanted.countDown();
    }

    /** Whether the server has got all of it. */
    boolean isComplete() {
        return isComplete;
    }

    /** Why the body could not be read; null if it could. */
    @Nullable
    IOException clientFailure() {
        return clientFailure;
    }

    @Override
    public void run() {
        try {
            if (!wanted.await(MOST_WAIT_MILLIS, TimeUnit.MILLISECONDS) || !isCancelled) {
                copy();
            }
        } catch (ServerException e) {
            return; // the exchange's thread meets it too, or has a response that came early
        } catch (IOException e) {
            clientFailure = e;
            connection.close(); // half a body is none
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            connection.close();
        }
    }

    private void copy() throws IOException {
        byte[] bytes = new byte[BEFORE + SIZE + AFTER];
        for (int count = body.read(bytes, BEFORE, SIZE); count >= 0; count = body.read(bytes, BEFORE, SIZE)) {
            if (!isChunked) {
                connection.write(bytes, BEFORE, count);
            } else if (count > 0) {
                byte[] line = String.format(Locale.ROOT, "%04x\r\n", count).getBytes(StandardCharsets.US_ASCII);
                System.arraycopy(line, 0, bytes, 0, BEFORE);
                bytes[BEFORE + count] = '\r';
                bytes[BEFORE + count + 1] = '\n';
                connection.write(bytes, 0, BEFORE + count + AFTER);
            }
        }
        if (isChunked) {
            HeadBuffer end = new HeadBuffer().add("0").endLine();
            for (Header each : body.trailers()) {
                if (RequestFields.isForwardedAfterBody(each.name())) {
                    end.field(each.name(), each.value());
                }
            }
            end.endLine();
            connection.write(end.bytes(), 0, end.length());
        }
        isComplete = true;
    }
}

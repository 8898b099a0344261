package modjvm;

import java.io.IOException;
import java.io.OutputStream;

/** Writes the body of a response that comes bit by bit: see {@link Response#stream}. */
@FunctionalInterface
public interface BodyWriter {
    /**
     * Writes the whole body. The host calls it once, in the thread that called
     * {@link Application#handle}, and closes the stream afterwards. What is written is sent when
     * enough has come together; {@link OutputStream#flush} passes everything so far to the client
     * at once.
     *
     * @param out takes the body; blocks while the client is slower than the writer
     * @throws IOException if the client has gone (thrown by the stream; let it pass), or for any
     *     failure: the response is then broken off, so that the client never takes it for whole
     */
    void write(OutputStream out) throws IOException;
}

package modjvm.jwsgi;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.StandardOpenOption;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import modjvm.Headers;
import modjvm.spi.Exchange;
import modjvm.spi.InvalidResponseException;
import modjvm.spi.LogLevel;
import modjvm.spi.ResponseHead;
import modjvm.spi.ResponseSink;
import org.jspecify.annotations.Nullable;

/**
 * Sends the bodies that JWSGI has, by their types and in the order in which uWSGI tries these.
 * Stateless.
 */
final class JwsgiBody {
    private static final int PIECE = 8192; // bytes of a stream that are sent at once
    private static final byte[] NOTHING = {};

    private JwsgiBody() {}

    /**
     * Sends a response.
     *
     * @param declared the length that the headers declare, or {@link ResponseHead#UNKNOWN}
     * @throws InvalidResponseException if it cannot be sent; nothing has left
     * @throws Exception what the body throws, or the connection
     */
    static void send(@Nullable Object body, int status, Headers fields, long declared, Exchange exchange)
            throws Exception {
        if (body == null) {
            sendBytes(NOTHING, status, fields, declared, exchange);
        } else if (body instanceof String text) {
            sendBytes(text.getBytes(StandardCharsets.UTF_8), status, fields, declared, exchange);
        } else if (body instanceof byte[] bytes) {
            sendBytes(bytes, status, fields, declared, exchange);
        } else if (body instanceof String[] texts) {
            sendPieces(List.of(texts).iterator(), status, fields, declared, exchange);
        } else if (body instanceof File file) {
            sendFile(file, status, fields, exchange);
        } else {
            sendOther(body, status, fields, declared, exchange);
        }
    }

    private static void sendOther(Object body, int status, Headers fields, long declared, Exchange exchange)
            throws Exception {
        Optional<Iterator<?>> pieces = Iterators.of(body);
        if (pieces.isPresent()) {
            sendPieces(pieces.get(), status, fields, declared, exchange);
        } else if (body instanceof InputStream stream) {
            try (stream) {
                ResponseSink sink = exchange.respond(new ResponseHead(status, fields, declared));
                copy(stream, sink);
                sink.end(Headers.empty());
            }
        } else {
            exchange.log(
                    LogLevel.ERROR,
                    "JWSGI has no body of " + body.getClass()
                            + ": the response is empty; return a String, a byte[], an Iterable, a File or an InputStream");
            sendBytes(NOTHING, status, fields, ResponseHead.UNKNOWN, exchange);
        }
    }

    private static void sendBytes(byte[] bytes, int status, Headers fields, long declared, Exchange exchange)
            throws IOException {
        long length = declared == ResponseHead.UNKNOWN ? bytes.length : declared;
        ResponseSink sink = exchange.respond(new ResponseHead(status, fields, length));
        if (sink.takesBody()) {
            sink.write(bytes, 0, bytes.length);
        }
        sink.end(Headers.empty());
    }

    /** Each piece leaves at once. */
    private static void sendPieces(Iterator<?> pieces, int status, Headers fields, long declared, Exchange exchange)
            throws IOException {
        ResponseSink sink = exchange.respond(new ResponseHead(status, fields, declared));
        try {
            while (sink.takesBody() && pieces.hasNext()) {
                Object piece = pieces.next();
                if (piece == null) {
                    break; // uWSGI takes it for the end
                }
                sink.write(
                        piece instanceof byte[] bytes ? bytes : piece.toString().getBytes(StandardCharsets.UTF_8));
                sink.flush();
            }
        } finally {
            Thread.interrupted(); // it would close the connection at the next write
        }
        sink.end(Headers.empty());
    }

    private static void sendFile(File file, int status, Headers fields, Exchange exchange) throws IOException {
        if (!file.isFile()) { // looked at first, because opening a pipe would wait for its other end
            throw new InvalidResponseException("the body is the File " + file + ", and there is no such file");
        }
        try (FileChannel channel = FileChannel.open(file.toPath(), StandardOpenOption.READ)) {
            exchange.respond(new ResponseHead(status, fields, channel.size()), channel, 0);
        }
    }

    private static void copy(InputStream from, OutputStream to) throws IOException {
        byte[] piece = new byte[PIECE];
        for (int length = from.read(piece); length >= 0; length = from.read(piece)) {
            to.write(piece, 0, length);
            to.flush();
        }
    }
}

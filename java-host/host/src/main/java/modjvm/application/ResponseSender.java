package modjvm.application;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import modjvm.Body;
import modjvm.GoingAwayException;
import modjvm.Headers;
import modjvm.Response;
import modjvm.spi.BodyLength;
import modjvm.spi.Exchange;
import modjvm.spi.InvalidResponseException;
import modjvm.spi.ResponseHead;
import modjvm.spi.ResponseSink;
import modjvm.spi.Tunnel;

/** Sends what an application has answered. Stateless. */
final class ResponseSender {
    private static final int NO_CONTENT = 204;
    private static final int NOT_MODIFIED = 304;
    private static final int SERVER_ERROR = 500;
    private static final byte[] NOTHING = {};

    private ResponseSender() {}

    /**
     * Sends a response.
     *
     * @throws InvalidResponseException if it cannot be sent
     * @throws IOException from the connection, or from the application's writer
     * @throws Exception from the application's handler of an upgrade
     */
    static void send(Response response, Exchange exchange) throws Exception {
        Body body = response.body();
        if (body instanceof Body.File file) {
            sendFile(response, file, exchange);
        } else if (body instanceof Body.FileBelow file) {
            sendFile(response, file, exchange);
        } else if (body instanceof Body.Stream stream) {
            sendStream(response, stream, exchange);
        } else if (body instanceof Body.Input input) {
            try (InputStream in = input.stream()) {
                sendStream(response, new Body.Stream(in::transferTo), exchange);
            }
        } else if (body instanceof Body.Upgrade upgrade) {
            sendUpgrade(response, upgrade, exchange);
        } else if (body instanceof Body.Bytes content) {
            sendBytes(response, content.bytes(), exchange);
        } else {
            sendBytes(response, NOTHING, exchange);
        }
    }

    private static void sendBytes(Response response, byte[] bytes, Exchange exchange) throws IOException {
        long promised = BodyLength.declared(response.headers());
        if (!isKept(promised, response, bytes.length, exchange)) {
            return;
        }
        ResponseSink sink = exchange.respond(head(promised, response, bytes.length, exchange));
        if (sink.takesBody()) {
            sink.write(bytes, 0, bytes.length);
        }
        end(response, sink);
    }

    private static void sendStream(Response response, Body.Stream body, Exchange exchange) throws IOException {
        ResponseSink sink = exchange.respond(
                head(BodyLength.declared(response.headers()), response, ResponseHead.UNKNOWN, exchange));
        if (sink.takesBody()) {
            try {
                body.writer().write(sink);
            } finally {
                sink.close();
                // Otherwise it would close the connection at the next write.
                Thread.interrupted();
            }
        }
        end(response, sink);
    }

    private static void sendFile(Response response, Body.File body, Exchange exchange) throws IOException {
        try (FileChannel file = ServedFile.open(body.path())) {
            long size = file.size();
            long length = body.length().orElse(Math.max(0, size - body.offset()));
            if (length > size - body.offset()) {
                exchange.fail(
                        SERVER_ERROR,
                        body.path() + " has " + size + " bytes, too few for " + length + " from " + body.offset()
                                + " on");
                return;
            }
            sendFile(response, file, body.offset(), length, exchange);
        } catch (ServedFile.Unavailable e) {
            sendBytes(Response.status(e.status()), NOTHING, exchange);
        }
    }

    private static void sendFile(Response response, Body.FileBelow body, Exchange exchange) throws IOException {
        try (FileChannel file = ServedFile.open(body)) {
            sendFile(response, file, 0, file.size(), exchange);
        } catch (ServedFile.Unavailable e) {
            sendBytes(Response.status(e.status()), NOTHING, exchange);
        }
    }

    private static void sendFile(Response response, FileChannel file, long offset, long length, Exchange exchange)
            throws IOException {
        long promised = BodyLength.declared(response.headers());
        if (!isKept(promised, response, length, exchange)) {
            return;
        }
        ResponseHead head = head(promised, response, length, exchange);
        if (head.length() == length) {
            exchange.respond(head, file, offset);
        } else {
            exchange.respond(head).end(Headers.empty()); // it has no body
        }
    }

    /** The other protocol begins at once. */
    private static void sendUpgrade(Response response, Body.Upgrade upgrade, Exchange exchange) throws Exception {
        if (exchange.head().hasBody()) {
            exchange.fail(SERVER_ERROR, "an upgrade in answer to a request with a body");
            return;
        }
        try {
            Tunnel tunnel = exchange.upgrade(response.headers());
            converse(upgrade, tunnel);
            tunnel.close();
        } catch (GoingAwayException e) {
            return; // there is nobody at the other end
        }
    }

    private static void converse(Body.Upgrade upgrade, Tunnel tunnel) throws Exception {
        try {
            upgrade.handler().handle(tunnel.input(), tunnel.output());
        } catch (GoingAwayException e) {
            return; // a handler that does not catch it has nothing more to say
        } finally {
            tunnel.output().close();
            Thread.interrupted();
        }
    }

    /**
     * Makes the head.
     *
     * @param promised the length that the application promised; negative if it did not
     * @param length of the body; {@link ResponseHead#UNKNOWN} for a stream
     */
    private static ResponseHead head(long promised, Response response, long length, Exchange exchange) {
        long stated = promised >= 0 ? promised : length;
        int status = response.status();
        if (promised < 0
                && (status == NO_CONTENT
                        || status == NOT_MODIFIED
                        || response.body() instanceof Body.Empty && isHead(exchange))) {
            // Nothing is known of the length that the same request would have had by GET, or
            // without its condition.
            stated = ResponseHead.UNKNOWN;
        }
        return new ResponseHead(status, response.headers(), stated, response.hasTrailers());
    }

    private static void end(Response response, ResponseSink sink) throws IOException {
        boolean hasTrailers = sink.takesBody() && response.hasTrailers();
        sink.end(hasTrailers ? response.trailers().get() : Headers.empty());
    }

    /**
     * Whether a body has the length that the application promised, if it did; if not, the request
     * fails.
     */
    private static boolean isKept(long promised, Response response, long length, Exchange exchange) throws IOException {
        int status = response.status();
        if (promised < 0 || promised == length || status == NO_CONTENT || status == NOT_MODIFIED || isHead(exchange)) {
            return true;
        }
        exchange.fail(SERVER_ERROR, "the response has " + length + " bytes, its Content-Length says " + promised);
        return false;
    }

    private static boolean isHead(Exchange exchange) {
        return exchange.head().method().equals("HEAD");
    }
}

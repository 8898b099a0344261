package modjvm.ring;

import java.io.File;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import modjvm.Body;
import modjvm.GoingAwayException;
import modjvm.Headers;
import modjvm.Response;
import modjvm.WebSocket;
import modjvm.WebSocketOptions;
import modjvm.spi.BodyLength;
import modjvm.spi.Exchange;
import modjvm.spi.ExchangeRequest;
import modjvm.spi.InvalidResponseException;
import modjvm.spi.ResponseHead;
import modjvm.spi.ResponseSink;
import modjvm.spi.Tunnel;

/** Sends what a Ring handler has answered. Stateless. */
final class RingSender {
    private RingSender() {}

    /**
     * Sends a response, or talks over a WebSocket until it is closed.
     *
     * @throws InvalidResponseException if it cannot be sent; nothing has left
     * @throws Exception what the application's body or listener throws, or the connection
     */
    static void send(Clojure clojure, RingResponse response, Exchange exchange) throws Exception {
        if (response.listener() != null) {
            sendWebSocket(clojure, response, exchange);
        } else if (response.body() instanceof File file) {
            sendFile(file, response, exchange);
        } else {
            sendBody(clojure, response, exchange);
        }
    }

    private static void sendBody(Clojure clojure, RingResponse response, Exchange exchange) throws Exception {
        long declared = BodyLength.declared(response.fields());
        long length = declared >= 0 || response.body() != null ? declared : lengthOfNone(exchange);
        ResponseSink sink = exchange.respond(new ResponseHead(response.status(), response.fields(), length));
        try {
            if (sink.takesBody()) {
                clojure.write(response.map(), sink);
            } else if (response.body() instanceof AutoCloseable stream) {
                stream.close();
            }
        } finally {
            Thread.interrupted(); // it would close the connection at the next write
        }
        sink.end(Headers.empty());
    }

    /** Nothing is known of the length that the same request would have by GET. */
    private static long lengthOfNone(Exchange exchange) {
        return exchange.head().method().equals("HEAD") ? ResponseHead.UNKNOWN : 0;
    }

    private static void sendFile(File file, RingResponse response, Exchange exchange) throws Exception {
        if (!file.isFile()) { // looked at first, because opening a pipe would wait for its other end
            throw new InvalidResponseException("the body is the File " + file + ", and there is no such file");
        }
        try (FileChannel channel = FileChannel.open(file.toPath(), StandardOpenOption.READ)) {
            exchange.respond(new ResponseHead(response.status(), response.fields(), channel.size()), channel, 0);
        }
    }

    private static void sendWebSocket(Clojure clojure, RingResponse response, Exchange exchange) throws Exception {
        Object listener = Objects.requireNonNull(response.listener());
        WebSocketOptions options = response.protocol().isEmpty()
                ? WebSocketOptions.defaults()
                : WebSocketOptions.defaults().withSubprotocols(response.protocol());
        Response answer =
                WebSocket.accept(new ExchangeRequest(exchange), options, socket -> clojure.converse(listener, socket));
        if (answer.body() instanceof Body.Upgrade upgrade) {
            converse(upgrade, exchange.upgrade(answer.headers()));
        } else {
            refuse(answer, exchange);
        }
    }

    private static void converse(Body.Upgrade upgrade, Tunnel tunnel) throws Exception {
        try {
            upgrade.handler().handle(tunnel.input(), tunnel.output());
        } catch (GoingAwayException e) {
            return; // a listener has nothing more to say
        } finally {
            tunnel.output().close();
            Thread.interrupted();
        }
        tunnel.close();
    }

    /** The request does not ask for a WebSocket, or not properly. */
    private static void refuse(Response answer, Exchange exchange) throws Exception {
        byte[] bytes = answer.body() instanceof Body.Bytes body ? body.bytes() : new byte[0];
        ResponseSink sink = exchange.respond(new ResponseHead(answer.status(), answer.headers(), bytes.length));
        if (sink.takesBody()) {
            sink.write(bytes, 0, bytes.length);
        }
        sink.end(Headers.empty());
    }
}

package modjvm.proxy;

import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import modjvm.Header;
import modjvm.Headers;
import modjvm.spi.Capability;
import modjvm.spi.Exchange;
import modjvm.spi.InvalidResponseException;
import modjvm.spi.RequestHead;
import modjvm.spi.ResponseHead;
import modjvm.spi.ResponseSink;
import org.jspecify.annotations.Nullable;

/** One exchange that the program's server answers. Used by the exchange's thread. */
final class ForwardedExchange {
    private static final Set<String> IDEMPOTENT = Set.of("GET", "HEAD", "OPTIONS", "PUT", "DELETE", "TRACE");
    /** A body up to this is sent with the head. */
    private static final int SMALL = 8_192;

    private static final int CONTINUE = 100;
    private static final int FINAL = 200;
    private static final int NO_CONTENT = 204;
    private static final int NOT_MODIFIED = 304;
    private static final int MOST_INTERIMS = 100;

    private final Exchange exchange;
    private final RequestHead head;
    private final ConnectionPool connections;
    private final Executor copiers;
    private final String upgrade;
    private @Nullable RequestUpload upload;

    /**
     * Reads nothing yet.
     *
     * @param connections gets the connection back
     * @param copiers run what is copied at the same time
     */
    ForwardedExchange(Exchange exchange, ConnectionPool connections, Executor copiers) {
        this.exchange = exchange;
        this.head = exchange.head();
        this.connections = connections;
        this.copiers = copiers;
        this.upgrade = upgrade();
    }

    /** What the client wants the connection to become; empty for nothing. */
    private String upgrade() {
        boolean isPossible = exchange.can(Capability.UPGRADE) && !head.hasBody();
        Headers fields = head.headers();
        return isPossible && FieldTokens.of(fields, "Connection").contains("upgrade")
                ? String.join(", ", fields.all("Upgrade"))
                : "";
    }

    /** Whether it does no harm to send the request twice. */
    private boolean isRepeatable() {
        return !head.hasBody() && upgrade.isEmpty() && IDEMPOTENT.contains(head.method());
    }

    /** Why the request could not be read; null if it could. */
    @Nullable
    IOException clientFailure() {
        RequestUpload copied = upload;
        return copied == null ? null : copied.clientFailure();
    }

    /**
     * Serves the exchange by a connection, which is this method's from now on.
     *
     * @throws StaleConnectionException if it is to be tried again with a new one
     * @throws ServerException if the server is at fault
     * @throws IOException if the client has left
     */
    void serve(ServerConnection connection) throws IOException {
        Lease lease = new Lease(connection);
        exchange.onAbort(lease::breakOff);
        boolean isReusable = false;
        try {
            begin(connection);
            ServerResponse response = response(connection);
            if (response.status() == ServerResponse.SWITCHING_PROTOCOLS) {
                new ForwardedTunnel(connection, exchange.upgrade(withUpgrade(response)), copiers).run();
                return;
            }
            ResponseSink sink = respond(response);
            boolean hasBody = hasBody(response.status());
            Headers trailers = hasBody ? new ResponseBody(connection.input(), sink).copy(response) : Headers.empty();
            isReusable = response.isPersistent()
                    && (!hasBody || response.isChunked() || response.length() != ResponseHead.UNKNOWN)
                    && connection.input().available() == 0
                    && isUploaded()
                    && lease.end();
            if (isReusable) {
                connections.give(connection);
            }
            sink.end(response.hasTrailers() ? trailers : Headers.empty());
        } finally {
            lease.end();
            RequestUpload copied = upload;
            if (copied != null) {
                copied.cancel();
            }
            if (!isReusable) {
                connection.close();
            }
        }
    }

    /** Sends the head, and the body as far as it does not have to be waited for. */
    private void begin(ServerConnection connection) throws IOException {
        HeadBuffer out = connection.head();
        RequestFields.write(head, upgrade, out);
        boolean isAwaited = RequestFields.expectsContinue(head);
        if (head.hasBody()) {
            long length = head.contentLength().orElse(Long.MAX_VALUE);
            if (length <= SMALL && !isAwaited) {
                byte[] body = exchange.body().readNBytes((int) length);
                if (body.length < length) {
                    throw new EOFException("the request's body was cut off");
                }
                out.add(body, body.length);
            } else {
                upload = new RequestUpload(
                        exchange.body(), connection, head.contentLength().isEmpty(), isAwaited);
            }
        }
        try {
            connection.write(out.bytes(), 0, out.length());
        } catch (ServerException e) {
            throw stale(connection, e);
        }
        if (upload != null) {
            copiers.execute(upload);
        }
    }

    private IOException stale(ServerConnection connection, ServerException e) {
        boolean isStale = connection.isReused() && isRepeatable() && !exchange.isAborted();
        return isStale ? new StaleConnectionException(e) : e;
    }

    /** The response, after those that only precede it. */
    private ServerResponse response(ServerConnection connection) throws IOException {
        ServerInput in = connection.input();
        try {
            if (in.available() == 0 && !in.fill()) {
                throw new ServerException("the server has closed the connection without a response");
            }
        } catch (ServerException e) {
            throw stale(connection, e);
        }
        for (int i = 0; i < MOST_INTERIMS; i++) {
            ServerResponse response = ServerResponse.read(in);
            int status = response.status();
            if (status >= FINAL) {
                return response;
            }
            if (status == ServerResponse.SWITCHING_PROTOCOLS) {
                if (upgrade.isEmpty() || response.upgrade().isEmpty()) {
                    throw new ServerException("status 101 that nobody has asked for");
                }
                return response;
            }
            inform(response);
        }
        throw new ServerException("more than " + MOST_INTERIMS + " interim responses");
    }

    private void inform(ServerResponse interim) throws IOException {
        if (interim.status() == CONTINUE) {
            if (upload != null) {
                exchange.body().isReady(); // asks the client, before a response can come
                upload.proceed();
            }
            return;
        }
        try {
            exchange.inform(interim.status(), interim.fields());
        } catch (IllegalStateException | IllegalArgumentException e) {
            return; // too many, or too long: the client does without
        }
    }

    private ResponseSink respond(ServerResponse response) throws IOException {
        long length = response.length();
        try {
            return exchange.respond(new ResponseHead(
                    response.status(), Locations.below(response.fields(), head), length, response.hasTrailers()));
        } catch (InvalidResponseException e) {
            throw new ServerException("its response cannot be sent: " + e.getMessage(), e);
        }
    }

    private boolean hasBody(int status) {
        return !head.method().equals("HEAD") && status != NO_CONTENT && status != NOT_MODIFIED;
    }

    private boolean isUploaded() {
        RequestUpload copied = upload;
        return copied == null || copied.isComplete();
    }

    private static Headers withUpgrade(ServerResponse response) {
        List<Header> fields = new ArrayList<>();
        response.fields().forEach(fields::add);
        fields.add(new Header("Upgrade", response.upgrade()));
        return Headers.of(fields);
    }
}

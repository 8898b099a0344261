package modjvm.httpserver;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpContext;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpPrincipal;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import modjvm.Header;
import modjvm.spi.Exchange;
import modjvm.spi.RequestHead;
import modjvm.spi.ResponseHead;
import org.jspecify.annotations.Nullable;

/**
 * An exchange as a program for the JDK's server sees it. Used by one thread at a time, which need
 * not be the one that the handler was called on: the exchange is over when its response has ended,
 * not when the handler returns.
 */
final class ServedExchange extends HttpExchange {
    private static final int NOT_YET = -1;
    private static final int SERVER_ERROR = 500;
    private static final int LEAST_STATUS = 200;
    private static final int SWITCHING_PROTOCOLS = 101;

    private final Exchange exchange;
    private final RequestHead head;
    private final HttpContext context;
    private final URI uri;
    private final Headers requestHeaders = new Headers();
    private final Headers responseHeaders = new Headers();
    private final Map<String, Object> attributes = new ConcurrentHashMap<>();
    private final Runnable onEnd;
    private final ResponseBody responseBody;
    private InputStream input;
    private OutputStream output;
    private @Nullable HttpPrincipal principal;
    private int status = NOT_YET;
    /** The response has ended; guarded by this. */
    private boolean isEnded;
    /** The handler has returned before; guarded by this. */
    private boolean isSuspended;

    ServedExchange(Exchange exchange, HttpContext context, String path) {
        this(exchange, context, path, () -> {});
    }

    /**
     * @param path the raw one that the handler sees
     * @param onEnd is told once the response has ended
     */
    ServedExchange(Exchange exchange, HttpContext context, String path, Runnable onEnd) {
        this.exchange = exchange;
        this.head = exchange.head();
        this.context = context;
        this.onEnd = onEnd;
        this.uri = Uris.of(path, head.query());
        head.fields(requestHeaders::add);
        this.responseBody = new ResponseBody(this::ended);
        this.input = exchange.body();
        this.output = responseBody;
        if (!head.user().isEmpty()) {
            principal = new HttpPrincipal(head.user(), head.authType());
        }
    }

    /**
     * The handler has returned. If its response has not ended, whoever has the exchange now will
     * end it.
     */
    synchronized void leave() {
        if (!isEnded) {
            isSuspended = true;
            exchange.suspend();
        }
    }

    /** The handler has thrown: whoever called it answers. */
    synchronized void abandon() {
        if (!isEnded) {
            isEnded = true;
            onEnd.run();
        }
    }

    /** Answers that the request has failed. */
    void fail(int code, String reason) throws IOException {
        exchange.fail(code, reason);
        ended();
    }

    private synchronized void ended() {
        if (isEnded) {
            return;
        }
        isEnded = true;
        onEnd.run();
        if (isSuspended) {
            exchange.complete();
        }
    }

    void setPrincipal(@Nullable HttpPrincipal of) {
        principal = of;
    }

    @Override
    public Headers getRequestHeaders() {
        return requestHeaders;
    }

    @Override
    public Headers getResponseHeaders() {
        return responseHeaders;
    }

    @Override
    public URI getRequestURI() {
        return uri;
    }

    @Override
    public String getRequestMethod() {
        return head.method();
    }

    @Override
    public HttpContext getHttpContext() {
        return context;
    }

    /** Ends the response as far as it has come; without one, the request has failed. */
    @Override
    public void close() {
        try {
            if (status == NOT_YET) {
                fail(SERVER_ERROR, "the handler has closed the exchange without a response; call sendResponseHeaders");
            } else {
                output.close();
                responseBody.close();
            }
        } catch (IOException e) {
            ended(); // the client has left
        }
    }

    @Override
    public InputStream getRequestBody() {
        return input;
    }

    @Override
    public OutputStream getResponseBody() {
        return output;
    }

    @Override
    public void sendResponseHeaders(int code, long length) throws IOException {
        if (status != NOT_YET) {
            throw new IOException("headers already sent");
        }
        List<Header> fields = new ArrayList<>();
        responseHeaders.forEach((name, values) -> values.forEach(value -> fields.add(new Header(name, value))));
        modjvm.Headers all = modjvm.Headers.of(fields);
        if (code < LEAST_STATUS && code != SWITCHING_PROTOCOLS) {
            exchange.inform(code, all);
            return;
        }
        long stated = length == 0 ? ResponseHead.UNKNOWN : Math.max(0, length);
        if (length < 0 && head.method().equals("HEAD")) {
            stated = ResponseHead.UNKNOWN; // nothing is said of the length that the same request would have by GET
        }
        responseBody.open(exchange.respond(new ResponseHead(code, all, stated)), stated);
        status = code;
        if (length < 0) {
            responseBody.close();
        }
    }

    @Override
    public InetSocketAddress getRemoteAddress() {
        return Addresses.of(head.clientAddress(), head.clientPort());
    }

    @Override
    public InetSocketAddress getLocalAddress() {
        return Addresses.of(head.serverAddress(), head.serverPort());
    }

    @Override
    public int getResponseCode() {
        return status;
    }

    @Override
    public String getProtocol() {
        return head.protocol();
    }

    /** One of this exchange, else one of the context. */
    @Override
    public @Nullable Object getAttribute(String name) {
        Object own = attributes.get(name);
        return own != null ? own : context.getAttributes().get(name);
    }

    @Override
    public void setAttribute(String name, @Nullable Object value) {
        if (value == null) {
            attributes.remove(name);
        } else {
            attributes.put(name, value);
        }
    }

    @Override
    public void setStreams(@Nullable InputStream in, @Nullable OutputStream out) {
        if (in != null) {
            input = in;
        }
        if (out != null) {
            output = out;
        }
    }

    @Override
    public @Nullable HttpPrincipal getPrincipal() {
        return principal;
    }
}

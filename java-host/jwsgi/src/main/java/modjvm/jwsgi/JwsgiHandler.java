package modjvm.jwsgi;

import java.io.InputStream;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.HashMap;
import modjvm.spi.Environ;
import modjvm.spi.Exchange;
import modjvm.spi.Handler;
import modjvm.spi.InvalidResponseException;
import org.jspecify.annotations.Nullable;

/** Serves exchanges by a JWSGI method. Thread-safe, if the method is. */
final class JwsgiHandler implements Handler {
    private static final int SERVER_ERROR = 500;
    private static final String INPUT = "jwsgi.input";
    private static final MethodType SHAPE = MethodType.methodType(Object[].class, HashMap.class);
    /**
     * Makes the stream that applications read; its class has no package, so Java cannot name it
     * here.
     */
    private static final MethodHandle NEW_INPUT = newInput();

    private final MethodHandle method;

    JwsgiHandler(MethodHandle method) {
        this.method = method.asType(SHAPE);
    }

    @Override
    public void handle(Exchange exchange) throws Exception {
        HashMap<String, Object> environ = new HashMap<>(Environ.of(exchange.head()));
        long length = exchange.head().contentLength().orElse(exchange.head().hasBody() ? -1 : 0);
        environ.put(INPUT, input(exchange.body(), length));
        @Nullable Object @Nullable [] answer;
        try {
            answer = call(environ);
        } finally {
            // An interrupt that the application left behind would close the connection at the next
            // read or write.
            Thread.interrupted();
        }
        try {
            JwsgiResponse.of(answer).send(exchange);
        } catch (InvalidResponseException e) {
            exchange.fail(SERVER_ERROR, "the application's response cannot be sent: " + e.getMessage());
        }
    }

    @SuppressWarnings("NonApiType") // JWSGI says HashMap, not Map
    private @Nullable Object @Nullable [] call(HashMap<String, Object> environ) throws Exception {
        try {
            return (Object[]) method.invokeExact(environ);
        } catch (Exception | Error e) {
            throw e;
        } catch (Throwable t) {
            throw new IllegalStateException(t); // a Throwable of the application's own making
        }
    }

    private static InputStream input(InputStream body, long length) {
        try {
            return (InputStream) NEW_INPUT.invokeExact(body, length);
        } catch (Throwable t) {
            throw new IllegalStateException(t); // it only stores them
        }
    }

    private static MethodHandle newInput() {
        try {
            Class<?> type = Class.forName("uwsgi$RequestBody");
            return MethodHandles.publicLookup()
                    .findConstructor(type, MethodType.methodType(void.class, InputStream.class, long.class))
                    .asType(MethodType.methodType(InputStream.class, InputStream.class, long.class));
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e); // it is in the same jar
        }
    }
}

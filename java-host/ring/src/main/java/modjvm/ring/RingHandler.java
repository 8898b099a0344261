package modjvm.ring;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.atomic.AtomicBoolean;
import modjvm.spi.Exchange;
import modjvm.spi.Handler;
import modjvm.spi.InvalidResponseException;
import org.jspecify.annotations.Nullable;

/** Serves exchanges by a Ring handler. Thread-safe, if the handler is. */
final class RingHandler implements Handler {
    private static final int SERVER_ERROR = 500;

    private final Clojure clojure;
    private final Object function;
    private final boolean isAsync;
    private final ClassLoader loader;

    /**
     * @param function the handler: a var or a function
     * @param isAsync whether it takes three arguments
     * @param loader of the application, for the threads that serve it
     */
    RingHandler(Clojure clojure, Object function, boolean isAsync, ClassLoader loader) {
        this.clojure = clojure;
        this.function = function;
        this.isAsync = isAsync;
        this.loader = loader;
    }

    @Override
    public void handle(Exchange exchange) throws Exception {
        ClassLoader before = Thread.currentThread().getContextClassLoader();
        Thread.currentThread().setContextClassLoader(loader);
        try {
            Object request = clojure.request(RequestFacts.of(exchange));
            if (isAsync) {
                startAsync(exchange, request);
            } else {
                send(exchange, call(request));
            }
        } finally {
            Thread.currentThread().setContextClassLoader(before);
        }
    }

    private @Nullable Object call(Object request) throws Exception {
        try {
            return clojure.call(function, request);
        } finally {
            // An interrupt that the application left behind would close the connection at the next
            // read or write.
            Thread.interrupted();
        }
    }

    private void send(Exchange exchange, @Nullable Object response) throws Exception {
        try {
            RingSender.send(clojure, clojure.response(response), exchange);
        } catch (InvalidResponseException e) {
            exchange.fail(SERVER_ERROR, "the application's response cannot be sent: " + e.getMessage());
        }
    }

    /** The first of what the handler calls counts; it is sent by the exchange's own thread. */
    private void startAsync(Exchange exchange, Object request) throws Exception {
        AtomicBoolean isAnswered = new AtomicBoolean();
        Object respond = clojure.function(response -> {
            if (isAnswered.compareAndSet(false, true)) {
                finish(exchange, () -> send(exchange, response));
            }
        });
        Object raise = clojure.function(thrown -> {
            if (isAnswered.compareAndSet(false, true)) {
                finish(exchange, () -> raise(thrown));
            }
        });
        exchange.suspend();
        try {
            clojure.call(function, request, respond, raise);
        } catch (Exception | Error e) {
            if (!isAnswered.compareAndSet(false, true)) {
                throw e; // it has answered before
            }
            finish(exchange, () -> raise(e));
        } finally {
            Thread.interrupted();
        }
    }

    /** A task that may throw. */
    private interface Task {
        void run() throws Exception;
    }

    private void finish(Exchange exchange, Task task) {
        exchange.execute(() -> run(task));
        exchange.complete();
    }

    private void run(Task task) {
        ClassLoader before = Thread.currentThread().getContextClassLoader();
        Thread.currentThread().setContextClassLoader(loader);
        try {
            task.run();
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        } finally {
            Thread.currentThread().setContextClassLoader(before);
        }
    }

    private static void raise(@Nullable Object thrown) throws Exception {
        if (thrown instanceof Exception e) {
            throw e;
        }
        if (thrown instanceof Error e) {
            throw e;
        }
        throw new IllegalStateException("the handler has raised " + thrown);
    }
}

package modjvm.loading;

import modjvm.spi.Exchange;
import modjvm.spi.Handler;

/**
 * A handler whose threads have its application's class loader as context class loader. It is not
 * taken back after the call: the next request sets its own.
 */
final class InContext implements Handler {
    private final Handler handler;
    private final ClassLoader loader;

    InContext(Handler handler, ClassLoader loader) {
        this.handler = handler;
        this.loader = loader;
    }

    @Override
    public void handle(Exchange exchange) throws Exception {
        Thread thread = Thread.currentThread();
        if (thread.getContextClassLoader() != loader) {
            thread.setContextClassLoader(loader);
        }
        handler.handle(exchange);
    }
}

package modjvm;

/**
 * An application: what answers the requests below its mount.
 *
 * <ol>
 *   <li>The host finds it by the mount's entry point, once, before its first request.
 *   <li>{@link #handle} is called for each request, by many threads at once: an application is
 *       thread-safe.
 *   <li>If it is an {@link AutoCloseable}, the host calls {@code close()} once, after the last
 *       request.
 * </ol>
 *
 * <p>docs/interface.md states the whole contract; {@link Lint} checks it.
 */
@FunctionalInterface
public interface Application {
    /**
     * Answers one request.
     *
     * @param request the request; it and its body are valid until the response has been sent
     * @return the response, never null
     * @throws Exception any failure: it is logged, and the client is told 500
     */
    Response handle(Request request) throws Exception;
}

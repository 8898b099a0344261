/**
 * The seam in the middle of a daemon.
 *
 * <p>Below it are connectors, which bring requests: httpd's wire, an exchange in memory, other
 * protocols. Each request and its response are an {@link modjvm.spi.Exchange}. Above it are kinds
 * of application, each of which serves an exchange through a {@link modjvm.spi.Handler}:
 * {@code modjvm.Application} is the first kind, an {@link modjvm.spi.ApplicationProvider} adds
 * another. In between, the {@link modjvm.spi.Dispatcher} admits requests, finds the application,
 * and answers for it if it fails.
 *
 * <p>A request goes this way:
 *
 * <ol>
 *   <li>The connector asks the dispatcher for a {@link modjvm.spi.Permit}.
 *   <li>The connector makes the exchange, and calls {@link modjvm.spi.Dispatcher#serve} on the
 *       thread that is to serve it.
 *   <li>The dispatcher finds the handler by the {@link modjvm.spi.ApplicationKey}, and calls it on
 *       the same thread.
 *   <li>The handler reads the head and the body, and answers: {@code respond}, {@code upgrade} or
 *       {@code fail}.
 *   <li>Just before the last bytes leave, the dispatcher takes back the permit: the next request
 *       may come as soon as the client has these bytes.
 *   <li>{@code serve} returns. The connector drops what is left of the request's body, and closes
 *       the permit.
 * </ol>
 *
 * <p>No method takes or returns null.
 */
@NullMarked
package modjvm.spi;

import org.jspecify.annotations.NullMarked;

/**
 * Runs programs that have an HTTP server of their own, and forwards requests to it over a private
 * Unix socket or a loopback port.
 */
@NullMarked
package modjvm.proxy;

import org.jspecify.annotations.NullMarked;

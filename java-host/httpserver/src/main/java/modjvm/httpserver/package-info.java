/**
 * Runs handlers and programs that are written for the HTTP server of the JDK. Requests come as
 * exchanges: nothing listens.
 */
@NullMarked
package modjvm.httpserver;

import org.jspecify.annotations.NullMarked;

/**
 * The wire between httpd and a daemon (PROTOCOL.md): pure functions over bytes, without any I/O.
 */
@NullMarked
package modjvm.protocol;

import org.jspecify.annotations.NullMarked;

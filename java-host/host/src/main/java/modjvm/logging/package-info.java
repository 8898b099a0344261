/** Lines for the error log: the daemon's own, and those of the request that a thread handles. */
@NullMarked
package modjvm.logging;

import org.jspecify.annotations.NullMarked;

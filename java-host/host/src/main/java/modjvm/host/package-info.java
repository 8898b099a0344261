/** A daemon: its life, its connections, and the requests that come over them. */
@NullMarked
package modjvm.host;

import org.jspecify.annotations.NullMarked;

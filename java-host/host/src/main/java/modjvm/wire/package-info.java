/** The connections from httpd, and the requests that come over them (PROTOCOL.md). */
@NullMarked
package modjvm.wire;

import org.jspecify.annotations.NullMarked;

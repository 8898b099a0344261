/**
 * Runs Ring handlers. Nothing here is compiled against Clojure: each application brings its own
 * along.
 */
@NullMarked
package modjvm.ring;

import org.jspecify.annotations.NullMarked;

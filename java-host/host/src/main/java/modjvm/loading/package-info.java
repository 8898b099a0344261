/**
 * From targets to applications: compiling, class loaders, entry points, and what to say where that
 * fails.
 */
@NullMarked
package modjvm.loading;

import org.jspecify.annotations.NullMarked;

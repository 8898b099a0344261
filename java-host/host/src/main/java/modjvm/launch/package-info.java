/** A daemon from its start to its end: puts all other rooms together. No other room knows of it. */
@NullMarked
package modjvm.launch;

import org.jspecify.annotations.NullMarked;

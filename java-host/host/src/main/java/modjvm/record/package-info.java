/** Records: the form in which settings and definitions travel, and the hash that names them. */
@NullMarked
package modjvm.record;

import org.jspecify.annotations.NullMarked;

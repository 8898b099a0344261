/**
 * Archives of applications, such as WARs, exploded once per version for all processes of a pool.
 */
@NullMarked
package modjvm.archives;

import org.jspecify.annotations.NullMarked;

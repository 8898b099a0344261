/** What a JVM does while it shows which classes belong in an archive; never part of a pool. */
@NullMarked
package modjvm.training;

import org.jspecify.annotations.NullMarked;

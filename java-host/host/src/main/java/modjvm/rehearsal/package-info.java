/** What a JVM does while it shows which classes belong in an archive; never part of a pool. */
@NullMarked
package modjvm.rehearsal;

import org.jspecify.annotations.NullMarked;

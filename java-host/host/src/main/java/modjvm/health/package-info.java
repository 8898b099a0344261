/** What a daemon watches over in its own process, and the reports to the supervisor. */
@NullMarked
package modjvm.health;

import org.jspecify.annotations.NullMarked;

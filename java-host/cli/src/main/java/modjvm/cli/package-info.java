/** The command modjvm, which asks the supervisor of a running httpd and tells it what to do. */
@NullMarked
package modjvm.cli;

import org.jspecify.annotations.NullMarked;

/**
 * What all connectors have in common: how many requests are served at once, and by which threads.
 */
@NullMarked
package modjvm.server;

import org.jspecify.annotations.NullMarked;

/**
 * The first kind of application: {@link modjvm.Application}. Knows of the host what any other kind
 * does, the spi.
 */
@NullMarked
package modjvm.application;

import org.jspecify.annotations.NullMarked;

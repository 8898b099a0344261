/**
 * What an application is made of: {@link modjvm.Application}, {@link modjvm.Request},
 * {@link modjvm.Response}.
 */
@NullMarked
package modjvm;

import org.jspecify.annotations.NullMarked;

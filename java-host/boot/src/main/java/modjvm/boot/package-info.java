/**
 * Runs Spring Boot applications. This package is the host's side; the classes of
 * {@code modjvm.boot.inside} are loaded by the loader of each application, beside its own Spring
 * and Tomcat.
 */
@NullMarked
package modjvm.boot;

import org.jspecify.annotations.NullMarked;

/**
 * What runs in the class loader of a Spring Boot application, and sees its Spring and its Tomcat;
 * of the host's side it knows {@code modjvm.boot.Link}.
 */
@NullMarked
package modjvm.boot.inside;

import org.jspecify.annotations.NullMarked;

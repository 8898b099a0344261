/**
 * Brings exchanges to a Tomcat in place of a socket. Used with the Tomcat of the servlet bridge,
 * and with the one that an application brings along: needs Tomcat 10.1 or 11, and of that the
 * connector's side alone.
 */
@NullMarked
package modjvm.coyote;

import org.jspecify.annotations.NullMarked;

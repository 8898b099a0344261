/**
 * Runs web applications on Tomcat's engine. Requests come as exchanges: there is no socket, and no
 * HTTP is parsed.
 */
@NullMarked
package modjvm.servlet;

import org.jspecify.annotations.NullMarked;

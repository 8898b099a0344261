/**
 * Runs applications for uWSGI's JWSGI interface: a method that takes a HashMap and returns status,
 * headers and body.
 */
@NullMarked
package modjvm.jwsgi;

import org.jspecify.annotations.NullMarked;

/** SLF4J's provider: what an application logs goes to java.util.logging, and so to the error log. */
@NullMarked
package modjvm.slf4j;

import org.jspecify.annotations.NullMarked;

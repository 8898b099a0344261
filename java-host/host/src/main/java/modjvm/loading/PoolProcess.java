package modjvm.loading;

import java.nio.file.Path;
import java.util.Optional;

/**
 * What applications may know of the process that they run in.
 *
 * @param stateFolder where they may keep things, if there is such a folder
 * @param route by which httpd finds the process (LIFECYCLE.md, section 1); empty: it does not
 */
public record PoolProcess(Optional<Path> stateFolder, String route) {
    /** A process that keeps nothing, and that nobody has to find. */
    static final PoolProcess BARE = new PoolProcess(Optional.empty(), "");
}

package modjvm.loading;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import modjvm.spi.LoadException;

/**
 * To whom targets must belong.
 *
 * @param uid their user; {@link #ANYBODY}: any
 * @param gid their group; {@link #ANYBODY}: any
 */
public record Owner(long uid, long gid) {
    /** In place of a number: it does not matter. */
    public static final long ANYBODY = -1;

    /**
     * Looks at a file, or at a folder itself; through symbolic links.
     *
     * @throws LoadException if it belongs to another; says how to mend that
     */
    void check(Path target) throws IOException, LoadException {
        if (uid != ANYBODY || gid != ANYBODY) {
            Path real = target.toRealPath();
            check(real, "uid", uid, "owner", "script-user", "chown ");
            check(real, "gid", gid, "group", "script-group", "chgrp ");
        }
    }

    private static void check(Path real, String id, long expected, String what, String option, String mend)
            throws IOException, LoadException {
        long actual = Integer.toUnsignedLong((Integer) Files.getAttribute(real, "unix:" + id));
        if (expected != ANYBODY && actual != expected) {
            throw new LoadException(real + ": its " + what + " is " + Files.getAttribute(real, "unix:" + what) + " ("
                    + actual + "), and " + option + "= says " + expected + "; if it may be trusted: " + mend + expected
                    + " " + real);
        }
    }
}

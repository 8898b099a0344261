package modjvm.loading;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Finds what httpd's user could have put in a target's way. A child of httpd that somebody has
 * captured can name any target below a document root, and it may be able to write in a part of it.
 *
 * @param uid httpd's user; negative: pools run as httpd's user, so that there is nothing to keep
 *     apart
 * @param gid his group
 */
record Plants(long uid, long gid) {
    /** Where nobody's files are refused. */
    static final Plants NONE = new Plants(-1, -1);

    /** As Linux has it. */
    private static final int MAX_LINKS = 40;

    private static final int WRITABLE_BY_OTHERS = 0002;
    private static final int WRITABLE_BY_GROUP = 0020;

    /**
     * Walks to a target as the kernel does, by each folder and each symbolic link.
     *
     * @return the first folder or link on the way, or the target itself, that belongs to httpd's
     *     user, or the target if he can write to it; empty if there is none
     * @throws IOException if the target is not there
     */
    String find(Path target) throws IOException {
        if (uid < 0) {
            return "";
        }
        Deque<Path> rest = new ArrayDeque<>();
        target.forEach(rest::add);
        Path at = target.getRoot();
        for (int links = 0; !rest.isEmpty(); ) {
            Path next = at.resolve(rest.remove()).normalize();
            if (isHis(next)) {
                return next.toString();
            }
            if (!Files.isSymbolicLink(next)) {
                at = next;
                continue;
            }
            if (++links > MAX_LINKS) {
                throw new IOException(target + ": too many symbolic links");
            }
            Path to = Files.readSymbolicLink(next);
            for (int i = to.getNameCount() - 1; i >= 0; i--) {
                rest.addFirst(to.getName(i));
            }
            at = to.isAbsolute() ? to.getRoot() : at;
        }
        return isWritable(at) ? at.toString() : "";
    }

    private boolean isHis(Path path) throws IOException {
        return number(path, "unix:uid") == uid;
    }

    private boolean isWritable(Path path) throws IOException {
        long mode = number(path, "unix:mode");
        return (mode & WRITABLE_BY_OTHERS) != 0 || ((mode & WRITABLE_BY_GROUP) != 0 && number(path, "unix:gid") == gid);
    }

    private static long number(Path path, String attribute) throws IOException {
        return Integer.toUnsignedLong((Integer) Files.getAttribute(path, attribute, LinkOption.NOFOLLOW_LINKS));
    }
}

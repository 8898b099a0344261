package modjvm.loading;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotLinkException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Waits until paths may look otherwise than before, so that nobody has to look at them all the
 * time: by inotify. A notice says no more than that a look is worth while. One thread's, but for
 * {@link #wake}.
 *
 * <p>Each file, folder and link is watched itself, rather than the folder that it lies in: what
 * others make in a busy folder like /tmp, or in one with the files of a thousand sites, wakes up
 * nobody.
 *
 * <p>Not every change is noticed: other machines' in a network file system are not, nor is what is
 * written through a mapping. So file systems of which that is not known are not covered, and even
 * what is covered wants a look now and then.
 */
public final class ChangeNotices {
    /** Those of the machine's own, where the kernel sees each change. */
    private static final Set<String> LOCAL = Set.of(
            "ext2", "ext3", "ext4", "xfs", "btrfs", "f2fs", "zfs", "bcachefs", "tmpfs", "overlay", "squashfs", "erofs");

    private static final int MOST_PATHS = 1000;
    private static final int MOST_LINKS = 40; // as the kernel has it

    // As <sys/inotify.h> has them.
    private static final int IN_MODIFY = 0x2;
    private static final int IN_ATTRIB = 0x4;
    private static final int IN_MOVED_FROM = 0x40;
    private static final int IN_MOVED_TO = 0x80;
    private static final int IN_CREATE = 0x100;
    private static final int IN_DELETE = 0x200;
    private static final int IN_DELETE_SELF = 0x400;
    private static final int IN_MOVE_SELF = 0x800;
    private static final int IN_DONT_FOLLOW = 0x2000000;

    /** Whether it stays where it is. */
    private static final int OF_PLACE = IN_MOVE_SELF | IN_DELETE_SELF | IN_DONT_FOLLOW;
    /** Also what is in it, and the number of its names: one that is open is not deleted yet. */
    private static final int OF_FILE = OF_PLACE | IN_MODIFY | IN_ATTRIB;
    /** What comes into a folder. */
    private static final int OF_COMING = IN_CREATE | IN_MOVED_TO;

    private static final int OF_ALL_BELOW = OF_FILE | OF_COMING | IN_MOVED_FROM | IN_DELETE;

    private final Inotify inotify;
    private final Set<Path> watched = new HashSet<>();
    private final Map<Path, Boolean> locality = new HashMap<>();

    private ChangeNotices(Inotify inotify) {
        this.inotify = inotify;
    }

    /** Returns null where the system has no inotify to give. */
    public static @Nullable ChangeNotices open(Inotify inotify) {
        return inotify.open() ? new ChangeNotices(inotify) : null;
    }

    /**
     * From now on, changes of these paths are noticed: of what lies there, of the folders and links
     * that lead there, and of all that lies below.
     *
     * @return false if that cannot be said of each of them
     */
    public boolean cover(Collection<Path> paths) {
        try {
            for (Path path : paths) {
                cover(path);
            }
            return watched.size() <= MOST_PATHS;
        } catch (IOException | SecurityException e) {
            return false;
        }
    }

    private void cover(Path path) throws IOException {
        try {
            Path real = follow(path);
            if (real != null && Files.isDirectory(real)) {
                coverTree(real);
            } else if (real != null) {
                watch(real, OF_FILE);
            }
        } catch (NoSuchFileException | NotLinkException e) {
            // it was just replaced, which is noticed
        }
    }

    /**
     * Waits.
     *
     * @return whether something was noticed, rather than that time has passed or {@link #wake} was
     *     called
     */
    public boolean await(long nanos) {
        return inotify.await(nanos);
    }

    /** Ends the wait of this moment, or the next one. Thread-safe. */
    public void wake() {
        inotify.wake();
    }

    /**
     * @return where the path leads, every folder and link on the way being covered; null where it
     *     leads nowhere
     */
    private @Nullable Path follow(Path path) throws IOException {
        Path at = path.toAbsolutePath().getRoot();
        Deque<Path> rest = new ArrayDeque<>();
        int links = 0;
        push(path.toAbsolutePath(), rest);
        while (!rest.isEmpty()) {
            Path next = at.resolve(rest.pop()).normalize();
            if (next.equals(at) || at.startsWith(next)) { // . and ..
                at = next;
                continue;
            }
            if (!isWatchedItself(at, next)) {
                return null;
            }
            if (!Files.isSymbolicLink(next)) {
                at = next;
                continue;
            }
            if (++links > MOST_LINKS) {
                return null;
            }
            watch(next, OF_FILE);
            Path target = Files.readSymbolicLink(next);
            at = target.isAbsolute() ? target.getRoot() : at;
            push(target, rest);
        }
        return at;
    }

    private static void push(Path path, Deque<Path> rest) {
        for (int i = path.getNameCount() - 1; i >= 0; i--) {
            rest.push(path.getName(i));
        }
    }

    /**
     * @return false if there is no such thing; that it comes will be noticed
     */
    private boolean isWatchedItself(Path folder, Path path) throws IOException {
        requireLocal(folder);
        if (watch(path, OF_PLACE)) {
            return true;
        }
        watch(folder, OF_COMING);
        return Files.exists(path, LinkOption.NOFOLLOW_LINKS) && watch(path, OF_PLACE); // it came in between
    }

    private void coverTree(Path root) throws IOException {
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) throws IOException {
                requireLocal(folder);
                watch(folder, OF_ALL_BELOW);
                return watched.size() <= MOST_PATHS ? FileVisitResult.CONTINUE : FileVisitResult.TERMINATE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
                if (e instanceof NoSuchFileException) { // as above
                    return FileVisitResult.CONTINUE;
                }
                throw e;
            }
        });
    }

    private boolean watch(Path path, int mask) throws IOException {
        watched.add(path);
        return inotify.watch(path, mask);
    }

    private void requireLocal(Path folder) throws IOException {
        Boolean known = locality.get(folder);
        if (known == null) {
            FileStore store = Files.getFileStore(folder);
            known = LOCAL.contains(store.type());
            locality.put(folder, known);
        }
        if (!known) {
            throw new IOException(folder + " is not local to this machine");
        }
    }
}

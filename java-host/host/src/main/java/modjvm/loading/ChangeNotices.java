package modjvm.loading;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Waits until paths may look otherwise than before, so that nobody has to look at them all the
 * time: inotify, by the JDK. A notice says no more than that a look is worth while. One thread's.
 *
 * <p>Not every change is noticed: other machines' in a network file system are not, nor is what is
 * written through a mapping. So file systems of which that is not known are not covered, and even
 * what is covered wants a look now and then.
 */
public final class ChangeNotices implements AutoCloseable {
    /** Those of the machine's own, where the kernel sees each change. */
    private static final Set<String> LOCAL = Set.of(
            "ext2", "ext3", "ext4", "xfs", "btrfs", "f2fs", "zfs", "bcachefs", "tmpfs", "overlay", "squashfs", "erofs");

    private static final int MOST_FOLDERS = 1000;
    private static final int MOST_LINKS = 40; // as the kernel has it

    private static final WatchEvent.Kind<?>[] OF_NAMES = {
        StandardWatchEventKinds.ENTRY_CREATE, StandardWatchEventKinds.ENTRY_DELETE
    };
    private static final WatchEvent.Kind<?>[] OF_CONTENT = {
        StandardWatchEventKinds.ENTRY_CREATE, StandardWatchEventKinds.ENTRY_DELETE, StandardWatchEventKinds.ENTRY_MODIFY
    };

    private final WatchService service;
    private final Map<Path, Interest> interests = new HashMap<>();
    private final Map<Path, Boolean> locality = new HashMap<>();

    private ChangeNotices(WatchService service) {
        this.service = service;
    }

    /**
     * Opens notices for a file system.
     *
     * @return null where the system has no more to give: 128 for each user, if nobody has raised
     *     that
     */
    public static @Nullable ChangeNotices open(Path of) {
        try {
            return new ChangeNotices(of.getFileSystem().newWatchService());
        } catch (IOException | UnsupportedOperationException e) {
            return null;
        }
    }

    /** What of a folder matters. */
    private static final class Interest {
        private final Set<Path> names = new HashSet<>();
        private boolean isInAll;
        /** Also in what lies there, not only in whether it is the same file or folder. */
        private boolean isOfContent;
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
                Path real = follow(path);
                if (real != null && Files.isDirectory(real) && !coverTree(real)) {
                    return false;
                }
            }
            return interests.size() <= MOST_FOLDERS;
        } catch (IOException | SecurityException e) {
            return false;
        }
    }

    /**
     * Waits.
     *
     * @return whether something was noticed, rather than that time has passed
     * @throws InterruptedException if the thread was interrupted
     */
    public boolean await(long nanos) throws InterruptedException {
        long until = System.nanoTime() + nanos;
        for (long left = nanos; left > 0; left = until - System.nanoTime()) {
            WatchKey key = service.poll(left, TimeUnit.NANOSECONDS);
            boolean isOfInterest = false;
            for (; key != null; key = service.poll()) {
                isOfInterest |= isOfInterest(key);
            }
            if (isOfInterest) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void close() {
        try {
            service.close();
        } catch (IOException e) {
            // then it stays open
        }
    }

    private boolean isOfInterest(WatchKey key) {
        Interest interest = interests.get((Path) key.watchable());
        boolean isOfInterest = false;
        for (WatchEvent<?> event : key.pollEvents()) {
            isOfInterest |= interest == null
                    || interest.isInAll
                    || event.kind() == StandardWatchEventKinds.OVERFLOW
                    || interest.names.contains(event.context());
        }
        if (!key.reset()) { // the folder has gone
            interests.remove((Path) key.watchable());
            return true;
        }
        return isOfInterest;
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
            Path name = rest.pop();
            Path next = at.resolve(name).normalize();
            if (next.equals(at) || at.startsWith(next)) { // . and ..
                at = next;
                continue;
            }
            register(at, !rest.isEmpty()).names.add(name);
            if (Files.isSymbolicLink(next)) {
                if (++links > MOST_LINKS) {
                    return null;
                }
                Path target = Files.readSymbolicLink(next);
                at = target.isAbsolute() ? target.getRoot() : at;
                push(target, rest);
            } else if (Files.exists(next)) {
                at = next;
            } else {
                return null;
            }
        }
        return at;
    }

    private static void push(Path path, Deque<Path> rest) {
        for (int i = path.getNameCount() - 1; i >= 0; i--) {
            rest.push(path.getName(i));
        }
    }

    private boolean coverTree(Path root) throws IOException {
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) throws IOException {
                register(folder, false).isInAll = true;
                return interests.size() <= MOST_FOLDERS ? FileVisitResult.CONTINUE : FileVisitResult.TERMINATE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
                if (e instanceof NoSuchFileException) { // it was just removed, which is noticed
                    return FileVisitResult.CONTINUE;
                }
                throw e;
            }
        });
        return interests.size() <= MOST_FOLDERS;
    }

    /**
     * @param isOnTheWay whether only other folders and links in place of those there would matter:
     *     a folder like /tmp is busy
     */
    private Interest register(Path folder, boolean isOnTheWay) throws IOException {
        if (!isLocal(folder)) {
            throw new IOException(folder + " is not local to this machine");
        }
        Interest interest = interests.get(folder);
        if (interest == null) {
            interest = new Interest();
            interests.put(folder, interest);
        }
        interest.isOfContent |= !isOnTheWay;
        folder.register(
                service, interest.isOfContent ? OF_CONTENT : OF_NAMES); // changes nothing where that is so already
        return interest;
    }

    private boolean isLocal(Path folder) throws IOException {
        Boolean known = locality.get(folder);
        if (known == null) {
            FileStore store = Files.getFileStore(folder);
            known = LOCAL.contains(store.type());
            locality.put(folder, known);
        }
        return known;
    }
}

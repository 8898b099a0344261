package modjvm.archives;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Tells other processes that a folder is in use, by a lock on a file in it, which the end of a
 * process releases however it comes. Several holders in one process share it. The folder's time of
 * modification is when somebody began or ended to use it last. Thread-safe.
 */
public final class FolderLock implements AutoCloseable {
    /** The file in each folder that can be held. */
    public static final String NAME = "lock";

    /** Of this process, whose threads the system's locks do not tell apart. Guarded by itself. */
    private static final Map<Path, FolderLock> HELD = new HashMap<>();

    private final Path file;
    private final FileChannel channel;
    /** Guarded by HELD. */
    private int holders = 1;

    private FolderLock(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /**
     * Holds a folder.
     *
     * @param folder has a file of the name {@link #NAME}
     * @return the lock; empty if the folder is not there
     * @throws IOException if the folder cannot be read
     */
    public static Optional<FolderLock> hold(Path folder) throws IOException {
        Path file = folder.resolve(NAME);
        synchronized (HELD) {
            FolderLock held = HELD.get(file);
            if (held != null) {
                held.holders++;
                return Optional.of(held);
            }
            for (Object key = key(file); key != null; key = key(file)) {
                FileChannel channel = open(file);
                if (channel == null) {
                    continue;
                }
                channel.lock(0, Long.MAX_VALUE, true);
                // Else somebody has removed the folder meanwhile, and perhaps another has made it
                // anew.
                if (Objects.equals(key, key(file))) {
                    FolderLock lock = new FolderLock(file, channel);
                    lock.touch();
                    HELD.put(file, lock);
                    return Optional.of(lock);
                }
                channel.close();
            }
            return Optional.empty();
        }
    }

    /**
     * Tells whether somebody holds a folder.
     *
     * @param folder need not be there; then nobody does
     * @return whether this process or another one does
     * @throws IOException if the folder cannot be read
     */
    public static boolean isHeld(Path folder) throws IOException {
        Path file = folder.resolve(NAME);
        synchronized (HELD) {
            if (HELD.containsKey(file)) {
                return true;
            }
            try (FileChannel channel = open(file)) {
                return channel != null && channel.tryLock() == null; // the lock ends with the channel
            }
        }
    }

    /**
     * Removes a folder, unless somebody holds it.
     *
     * @param folder stays if it has no file of the name {@link #NAME}
     * @throws IOException if the folder cannot be removed
     */
    public static void removeUnlessHeld(Path folder) throws IOException {
        Path file = folder.resolve(NAME);
        synchronized (HELD) {
            if (HELD.containsKey(file)) {
                return;
            }
            try (FileChannel channel = open(file)) {
                FileLock lock = channel == null ? null : channel.tryLock();
                if (lock != null) {
                    Path gone = folder.resolveSibling(
                            "gone-" + ProcessHandle.current().pid() + "-" + folder.getFileName());
                    Files.move(folder, gone); // at once: nobody finds half of it
                    Folders.remove(gone);
                }
            }
        }
    }

    private void touch() throws IOException {
        Files.setLastModifiedTime(Objects.requireNonNull(file.getParent()), FileTime.from(Instant.now()));
    }

    private static @Nullable FileChannel open(Path file) throws IOException {
        try {
            return FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    private static @Nullable Object key(Path file) throws IOException {
        try {
            return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    @Override
    public void close() throws IOException {
        synchronized (HELD) {
            holders--;
            if (holders == 0) {
                HELD.remove(file);
                try (channel) {
                    touch();
                } catch (NoSuchFileException e) {
                    return; // its user has removed it
                }
            }
        }
    }
}

package modjvm.archives;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The folder of one process, for what its applications write. */
public final class Folders implements AutoCloseable {
    /** A process that has just made its folder may not hold it yet. */
    private static final Duration SETTLED = Duration.ofHours(1);

    private final Path root;
    private final FolderLock lock;

    private Folders(Path root, FolderLock lock) {
        this.root = root;
        this.lock = lock;
    }

    /**
     * Makes the folder below another, and removes what processes that were killed have left there.
     *
     * @param below where temporary files may be made
     * @param prefix what the folder's name, and that of its kind, begins with
     * @return the folder, which its close removes
     * @throws IOException if it cannot be made
     */
    public static Folders make(Path below, String prefix) throws IOException {
        try (DirectoryStream<Path> old = Files.newDirectoryStream(below, prefix + "*")) {
            for (Path folder : old) {
                removeIfLeft(folder);
            }
        }
        Path root = Files.createTempDirectory(below, prefix);
        Files.createFile(root.resolve(FolderLock.NAME));
        return new Folders(root, FolderLock.hold(root).orElseThrow());
    }

    /** How a folder is removed. */
    interface Removing {
        void remove(Path folder) throws IOException;
    }

    /**
     * Removes a folder that a process has left behind: nobody holds it, and nothing was put into it
     * for an hour.
     *
     * @param folder stays if it has no file of the name {@link FolderLock#NAME}
     */
    public static void removeIfLeft(Path folder) {
        removeIfOld(folder, FolderLock::removeUnlessHeld);
    }

    /** Removes a folder that was left behind some time ago. */
    static void removeIfOld(Path folder, Removing removing) {
        try {
            boolean isOld = Files.getLastModifiedTime(folder)
                    .toInstant()
                    .isBefore(Instant.now().minus(SETTLED));
            if (isOld && Files.isWritable(folder)) {
                removing.remove(folder);
            }
        } catch (IOException e) {
            return; // another user's, or another process removes it
        }
    }

    /**
     * Returns the folder.
     *
     * @return an absolute path if {@code below} was one
     */
    public Path root() {
        return root;
    }

    /**
     * Makes a folder in it that nobody else uses.
     *
     * @param name what the name begins with
     * @return the folder
     * @throws IOException if it cannot be made
     */
    public Path make(String name) throws IOException {
        return Files.createTempDirectory(root, name.replaceAll("[^A-Za-z0-9._]", "-") + "-");
    }

    /**
     * Removes a folder and what is in it; links, not what they lead to.
     *
     * @param folder the folder, or a file
     * @throws IOException if something in it cannot be removed
     */
    public static void remove(Path folder) throws IOException {
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.deleteIfExists(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException e) throws IOException {
                Files.deleteIfExists(visited);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    @Override
    public void close() throws IOException {
        lock.close();
        remove(root);
    }
}

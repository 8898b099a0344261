package modjvm.servlet;

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

/** The folder of one process, for what its web applications write. */
final class Folders implements AutoCloseable {
    private static final String PREFIX = "modjvm-servlet-";
    /** A process that has just made its folder may not hold it yet. */
    private static final Duration SETTLED = Duration.ofHours(1);

    private final Path root;
    private final FolderLock lock;

    private Folders(Path root, FolderLock lock) {
        this.root = root;
        this.lock = lock;
    }

    /** Makes the folder below another, and removes what processes that were killed have left there. */
    static Folders make(Path below) throws IOException {
        try (DirectoryStream<Path> old = Files.newDirectoryStream(below, PREFIX + "*")) {
            for (Path folder : old) {
                removeIfOld(folder, FolderLock::removeUnlessHeld);
            }
        }
        Path root = Files.createTempDirectory(below, PREFIX);
        Files.createFile(root.resolve(FolderLock.NAME));
        return new Folders(root, FolderLock.hold(root).orElseThrow());
    }

    /** How a folder is removed. */
    interface Removing {
        void remove(Path folder) throws IOException;
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

    Path root() {
        return root;
    }

    /** Makes a folder that nobody else uses. */
    Path make(String name) throws IOException {
        return Files.createTempDirectory(root, name.replaceAll("[^A-Za-z0-9._]", "-") + "-");
    }

    /** Removes a folder and what is in it; links, not what they lead to. */
    static void remove(Path folder) throws IOException {
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

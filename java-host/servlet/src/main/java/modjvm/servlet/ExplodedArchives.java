package modjvm.servlet;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The archives of a pool, exploded: each version of each into a folder of its own, once for all processes. The folder of a version
 * that no process uses any more goes when the next one is there. Thread-safe, beside other processes too.
 */
final class ExplodedArchives {
    /** In a version's folder, beside its lock. */
    private static final String CONTENT = "content";

    private static final int HASH_CHARS = 16;
    private static final long NANOS_PER_MS = 1_000_000;

    private final Path folder;
    private final Archive.Bounds bounds;

    /** @param folder nobody else may write to it */
    ExplodedArchives(Path folder, Archive.Bounds bounds) {
        this.folder = folder;
        this.bounds = bounds;
    }

    /**
     * An exploded archive.
     *
     * @param folder what the archive holds
     * @param lock to be closed when nobody needs the folder any more
     */
    record Exploded(Path folder, FolderLock lock) {}

    /**
     * Explodes an archive, unless that has been done.
     *
     * @param log told when it was done, and how long it took
     * @throws BadArchiveException if the archive must not be used
     */
    Exploded explode(Path archive, Consumer<String> log) throws IOException {
        BasicFileAttributes attributes = Files.readAttributes(archive, BasicFileAttributes.class);
        String name =
                archive.getFileName().toString().replaceAll("[^A-Za-z0-9._]", "-") + "-" + hash(archive.toString());
        String version = hash(attributes.size() + " " + attributes.lastModifiedTime() + " " + attributes.fileKey());
        Path own = folder.resolve(name + "-" + version);
        Optional<FolderLock> lock = FolderLock.hold(own);
        while (lock.isEmpty()) {
            explode(archive, own, log);
            lock = FolderLock.hold(own);
        }
        removeOthers(name, own);
        removeLeft();
        return new Exploded(own.resolve(CONTENT), lock.get());
    }

    private void explode(Path archive, Path own, Consumer<String> log) throws IOException {
        long start = System.nanoTime();
        Path part = Files.createTempDirectory(folder, "part-");
        try {
            Files.createFile(part.resolve(FolderLock.NAME));
            new Archive(archive, bounds).explode(Files.createDirectory(part.resolve(CONTENT)));
            Files.move(part, own, StandardCopyOption.ATOMIC_MOVE);
            log.accept(archive + ": exploded in " + (System.nanoTime() - start) / NANOS_PER_MS + " ms");
        } catch (IOException e) {
            Folders.remove(part);
            if (e instanceof BadArchiveException || !Files.exists(own)) {
                throw e;
            }
            // Another process was faster. The JDK has no exception of its own for that.
        }
    }

    private void removeOthers(String name, Path own) throws IOException {
        try (DirectoryStream<Path> versions = Files.newDirectoryStream(folder, name + "-*")) {
            for (Path version : versions) {
                if (!version.equals(own)) {
                    FolderLock.removeUnlessHeld(version);
                }
            }
        }
    }

    /** What processes that were killed while they exploded or removed a version have left. */
    private void removeLeft() throws IOException {
        try (DirectoryStream<Path> left = Files.newDirectoryStream(folder, "{part-,gone-}*")) {
            for (Path each : left) {
                Folders.removeIfOld(each, Folders::remove);
            }
        }
    }

    private static String hash(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest).substring(0, HASH_CHARS);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every JDK has it
        }
    }
}

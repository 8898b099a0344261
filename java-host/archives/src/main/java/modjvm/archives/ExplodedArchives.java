package modjvm.archives;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * The archives of a pool, exploded: each version of each into a folder of its own, once for all
 * processes. The folder of a version that no process uses any more goes when the next one is there,
 * and that of an archive which nobody has used for a day goes with the next archive that is asked
 * for. Thread-safe, beside other processes too.
 */
public final class ExplodedArchives {
    /**
     * The folder in a pool's state folder whose content is bounded here: the supervisor does not
     * measure it.
     */
    public static final String FOLDER = "web";

    /**
     * How long a folder stays that nobody uses: longer than a pool is down for work on the machine.
     */
    private static final Duration UNUSED = Duration.ofDays(1);

    /** In a version's folder, beside its lock. */
    private static final String CONTENT = "content";
    /** In a folder that is being made: what the archive holds, before it is prepared. */
    private static final String RAW = "raw";

    private final Path folder;
    private final Archive.Bounds bounds;

    /**
     * Makes nothing yet.
     *
     * @param folder where the versions are; nobody else may write to it
     * @param bounds of an archive
     */
    public ExplodedArchives(Path folder, Archive.Bounds bounds) {
        this.folder = folder;
        this.bounds = bounds;
    }

    /**
     * An exploded archive.
     *
     * @param folder what the archive holds
     * @param lock to be closed when nobody needs the folder any more
     */
    public record Exploded(Path folder, FolderLock lock) {}

    /** Makes of an application's files what is kept. */
    @FunctionalInterface
    public interface Preparation {
        /** Keeps them as they are. */
        Preparation NONE = (files, empty, progress) -> files;

        /**
         * Prepares the files.
         *
         * @param files what the archive holds; may be changed if it was exploded, but not if it is
         *     the administrator's folder
         * @param empty an empty folder
         * @param progress to be run now and then
         * @return what is kept: one of the two folders
         * @throws IOException if that fails
         */
        Path prepare(Path files, Path empty, Runnable progress) throws IOException;
    }

    /**
     * Explodes an archive and prepares what it holds, unless that has been done.
     *
     * @param archive the file
     * @param preparation of what it holds
     * @param progress hears what is done
     * @return what is kept
     * @throws BadArchiveException if the archive must not be used
     * @throws IOException if it cannot be exploded or prepared
     */
    public Exploded explode(Path archive, Preparation preparation, Progress progress) throws IOException {
        return keep(archive, Version.of(archive), progress, part -> {
            long start = System.nanoTime();
            Path raw = Files.createDirectory(part.resolve(RAW));
            new Archive(archive, bounds).explode(raw, progress::goesOn);
            progress.done(archive, "exploded", start);
            return preparation.prepare(raw, Files.createDirectory(part.resolve(CONTENT)), progress::goesOn);
        });
    }

    /**
     * Prepares a folder's files elsewhere, unless that has been done.
     *
     * @param source the folder; not changed
     * @param version names what it holds now, see {@link Version#of}
     * @param preparation returns the empty folder that it is given
     * @param progress hears what is done
     * @return what is kept
     * @throws IOException if that fails
     */
    public Exploded prepare(Path source, String version, Preparation preparation, Progress progress)
            throws IOException {
        return keep(
                source,
                version,
                progress,
                part -> preparation.prepare(source, Files.createDirectory(part.resolve(CONTENT)), progress::goesOn));
    }

    /** Makes what is kept in a new folder, and returns where there. */
    private interface Making {
        Path make(Path part) throws IOException;
    }

    private Exploded keep(Path source, String version, Progress progress, Making making) throws IOException {
        String name = String.valueOf(source.getFileName()).replaceAll("[^A-Za-z0-9._]", "-") + "-"
                + Version.hash(source.toString());
        Path own = folder.resolve(name + "-" + version);
        Optional<FolderLock> lock = FolderLock.hold(own);
        while (lock.isEmpty()) {
            Turn turn = Turn.await(folder.resolve("turn-" + own.getFileName()), progress::goesOn);
            try {
                if (!Files.exists(own)) {
                    make(own, making);
                }
                lock = FolderLock.hold(own);
            } finally {
                turn.close();
            }
        }
        removeOthers(name, own);
        removeUnused();
        removeLeft();
        return new Exploded(own.resolve(CONTENT), lock.get());
    }

    private void make(Path own, Making making) throws IOException {
        Path part = Files.createTempDirectory(folder, "part-");
        try {
            Files.createFile(part.resolve(FolderLock.NAME));
            Path made = making.make(part);
            Path content = part.resolve(CONTENT);
            if (!made.equals(content)) {
                Files.delete(content);
                Files.move(made, content);
            } else if (Files.exists(part.resolve(RAW))) {
                Folders.remove(part.resolve(RAW));
            }
            Files.move(part, own, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException | RuntimeException | Error e) {
            Folders.remove(part);
            throw e;
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

    /** Of archives that are mounted no more; one that is comes back when it is needed. */
    private void removeUnused() throws IOException {
        Instant limit = Instant.now().minus(UNUSED);
        try (DirectoryStream<Path> all = Files.newDirectoryStream(folder)) {
            for (Path each : all) {
                if (Files.exists(each.resolve(FolderLock.NAME))
                        && Files.getLastModifiedTime(each).toInstant().isBefore(limit)) {
                    FolderLock.removeUnlessHeld(each);
                }
            }
        } catch (NoSuchFileException e) {
            return; // another process has removed it
        }
    }

    /** What processes that were killed while they made or removed a version have left. */
    private void removeLeft() throws IOException {
        try (DirectoryStream<Path> left = Files.newDirectoryStream(folder, "{part-,gone-,turn-}*")) {
            for (Path each : left) {
                Folders.removeIfOld(each, Folders::remove);
            }
        }
    }
}

package modjvm.servlet;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import modjvm.archives.FolderLock;
import modjvm.archives.Folders;
import org.jspecify.annotations.Nullable;

/**
 * The sessions of one application, on their way from process to process. A session is in one
 * process, or waits here; never both. Thread-safe, beside other processes too.
 *
 * <ul>
 *   <li>{@code waiting/KEY} is a session that no process has. Its time of change is when it can be
 *       removed.
 *   <li>{@code PROCESS/lock} is held while the process lives (see {@link FolderLock}). PROCESS is
 *       its route.
 *   <li>{@code PROCESS/KEY} says that the process has a session which its id does not say to be
 *       there, or that it still uses it while it drains. The file is empty.
 *   <li>{@code PROCESS/listed} says that a process that drains has each of its sessions in
 *       {@code waiting}, or a file for it.
 * </ul>
 */
final class SessionFolder implements AutoCloseable {
    /** Larger ones are dropped. */
    static final int MAX_SESSION_BYTES = 16 << 20;
    /** Nobody has asked for it so long: it is removed, even if it has no time limit of its own. */
    static final Duration LONGEST_WAIT = Duration.ofDays(30);

    private static final int MAX_SESSIONS = 100_000;
    private static final long MAX_BYTES = 1L << 30;
    private static final int MAX_EXPIRED = 1_000;

    private static final String WAITING = "waiting";
    private static final String LISTED = "listed";
    private static final String PART = "part-";
    /** Of Tomcat's ids without the route; no name of a file above, no path. */
    private static final Pattern KEY = Pattern.compile("[0-9A-F]{4,200}");

    private final Path folder;
    private final Path waiting;
    private final Path own;
    private final String route;
    private final FolderLock lock;
    private final Consumer<String> warn;
    private final AtomicBoolean hasFailed = new AtomicBoolean();
    /** Of what waits; null until it is needed. Guarded by this. */
    private @Nullable Contents contents;

    private SessionFolder(Path folder, Path own, String route, FolderLock lock, Consumer<String> warn) {
        this.folder = folder;
        this.waiting = folder.resolve(WAITING);
        this.own = own;
        this.route = route;
        this.lock = lock;
        this.warn = warn;
    }

    /** How much waits. */
    private static final class Contents {
        private int count;
        private long bytes;
    }

    /**
     * Opens the folder, and removes what processes that were killed have left there.
     *
     * @param folder of the application; is made if it is not there. Nobody else may write to it
     * @param route of this process; empty if it has none
     * @param warn gets lines for the log; to the very end of the process
     */
    static SessionFolder open(Path folder, String route, Consumer<String> warn) throws IOException {
        Files.createDirectories(folder.resolve(WAITING));
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(folder)) {
            for (Path process : processes) {
                if (!process.endsWith(WAITING)) {
                    Folders.removeIfLeft(process);
                }
            }
        }
        Path own = route.isEmpty() ? Files.createTempDirectory(folder, "p") : make(folder.resolve(route));
        Files.createFile(own.resolve(FolderLock.NAME));
        return new SessionFolder(folder, own, route, FolderLock.hold(own).orElseThrow(), warn);
    }

    private static Path make(Path own) throws IOException {
        FolderLock.removeUnlessHeld(own); // of a process of an earlier httpd, by chance
        try {
            return Files.createDirectory(own);
        } catch (FileAlreadyExistsException e) {
            throw new IOException(
                    "another application of this process has the same target, group, entry point and URL path", e);
        }
    }

    /** What a session is known by: its id without the route. */
    static String key(String id) {
        int dot = id.indexOf('.');
        return dot < 0 ? id : id.substring(0, dot);
    }

    /** Whether a session can be here by that name. */
    static boolean isKey(String key) {
        return KEY.matcher(key).matches();
    }

    /** The id of a session while this process has it. */
    String id(String key) {
        return route.isEmpty() ? key : key + "." + route;
    }

    /**
     * Takes a session that waits; from then on, this process has it.
     *
     * @return what {@link #put} was given, or nothing if no such session waits
     * @throws IOException if it cannot be read; it waits no more
     */
    Optional<byte[]> take(String key) throws IOException {
        Path mine = own.resolve(key);
        try {
            Files.move(waiting.resolve(key), mine, StandardCopyOption.ATOMIC_MOVE);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
        if (Files.size(mine) > MAX_SESSION_BYTES) {
            throw new IOException("it has more than " + MAX_SESSION_BYTES + " bytes");
        }
        byte[] bytes = Files.readAllBytes(mine);
        Files.write(mine, new byte[0]); // becomes stale: whoever finds it later must not take it for the session
        return Optional.of(bytes);
    }

    /**
     * Puts a session of this process here, for another one to take.
     *
     * @param expires when it can be removed
     * @throws IOException if there is no room for it
     */
    void put(String key, byte[] bytes, Instant expires) throws IOException {
        if (bytes.length > MAX_SESSION_BYTES) {
            throw new IOException("it has more than " + MAX_SESSION_BYTES + " bytes");
        }
        count(bytes.length);
        Path part = Files.createTempFile(own, PART, ""); // for its owner alone
        try {
            Files.write(part, bytes);
            Instant latest = Instant.now().plus(LONGEST_WAIT);
            Files.setLastModifiedTime(part, FileTime.from(expires.isBefore(latest) ? expires : latest));
            Files.move(part, waiting.resolve(key), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            Files.deleteIfExists(part);
            throw e;
        }
        release(key);
    }

    private synchronized void count(int bytes) throws IOException {
        Contents all = contents;
        if (all == null) {
            all = new Contents();
            try (DirectoryStream<Path> files = Files.newDirectoryStream(waiting)) {
                for (Path file : files) {
                    all.count++;
                    all.bytes += file.toFile().length(); // 0 if it has gone meanwhile
                }
            }
            contents = all;
        }
        all.count++;
        all.bytes += bytes;
        if (all.count > MAX_SESSIONS || all.bytes > MAX_BYTES) {
            throw new IOException(
                    waiting + " has " + MAX_SESSIONS + " sessions already, or " + (MAX_BYTES >> 20) + " MB of them");
        }
    }

    /** Shows that this process has a session. */
    void hold(String key) throws IOException {
        try {
            Files.createFile(own.resolve(key));
        } catch (FileAlreadyExistsException e) {
            return;
        }
    }

    /** This process has a session no more. */
    void release(String key) throws IOException {
        Files.deleteIfExists(own.resolve(key));
    }

    /** A step whose failure costs sessions, and nothing else. */
    interface Step {
        void run() throws IOException;
    }

    /** Takes a step; the first that fails gets a line. */
    void attempt(Step step) {
        try {
            step.run();
        } catch (IOException e) {
            if (hasFailed.compareAndSet(false, true)) {
                warn.accept(folder + ": the folder of sessions cannot be used, and sessions may be lost: " + e);
            }
        }
    }

    /** Where stores of Tomcat's can keep sessions. */
    Path stores() {
        return folder.resolve("store");
    }

    /** Logs a line. */
    void warn(String line) {
        warn.accept(line);
    }

    /** Shows that each session of this process waits or is held. */
    void listed() throws IOException {
        hold(LISTED);
    }

    /**
     * Tells whether another process has a session, or may have it until it has drained. If so, it
     * is worth while to ask that process, or to come back soon.
     *
     * @param id with the route that it came with
     */
    boolean isElsewhere(String id) throws IOException {
        String key = key(id);
        if (!isKey(key)) {
            return false;
        }
        String of = id.substring(Math.min(id.length(), key.length() + 1));
        // Twice: it may change hands between two looks.
        return isWithOther(key, of) || Files.exists(waiting.resolve(key)) || isWithOther(key, of);
    }

    private boolean isWithOther(String key, String ofRoute) throws IOException {
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(folder)) {
            for (Path process : processes) {
                if (process.equals(own) || process.equals(waiting)) {
                    continue;
                }
                boolean isListed = Files.exists(process.resolve(LISTED)); // before its files: they come first
                boolean isDue = !isListed && process.getFileName().toString().equals(ofRoute);
                if ((isDue || Files.exists(process.resolve(key))) && FolderLock.isHeld(process)) {
                    return true;
                }
            }
            return false;
        }
    }

    /** Some of the sessions that have waited too long. */
    List<String> expired() throws IOException {
        List<String> keys = new ArrayList<>();
        Instant now = Instant.now();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(waiting)) {
            for (Path file : files) {
                String name = file.getFileName().toString();
                if (isKey(name) && isOver(file, now)) {
                    keys.add(name);
                }
                if (keys.size() == MAX_EXPIRED) {
                    break;
                }
            }
        }
        return keys;
    }

    private static boolean isOver(Path file, Instant now) throws IOException {
        try {
            return Files.readAttributes(file, BasicFileAttributes.class)
                    .lastModifiedTime()
                    .toInstant()
                    .isBefore(now);
        } catch (NoSuchFileException e) {
            return false; // somebody has taken it
        }
    }

    @Override
    public void close() throws IOException {
        Folders.remove(own); // first: the others learn from the lock that this process has nothing any more
        lock.close();
    }
}

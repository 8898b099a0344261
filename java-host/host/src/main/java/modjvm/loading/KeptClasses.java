package modjvm.loading;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.CRC32;
import modjvm.record.Fnv;
import org.jspecify.annotations.Nullable;

/**
 * The class files of compiled sources, kept from one start to the next: in the pool's state folder,
 * a file for each source, with all that they were made from. Thread-safe, beside other processes
 * too: a file appears whole.
 */
public final class KeptClasses {
    /** Beyond it the oldest go. */
    static final int MAX_FILES = 1_000;

    private static final String PREFIX = "classes-";
    private static final byte[] MAGIC = "modjvm classes 1\n".getBytes(StandardCharsets.US_ASCII);
    private static final int CHECKSUM_BYTES = Integer.BYTES;
    private static final int MAX_BYTES = 64 << 20;

    private static final int TYPE_MASK = 0170000;
    private static final int REGULAR = 0100000;
    private static final int OTHERS_WRITE = 0022;

    private static final AtomicInteger PARTS = new AtomicInteger();

    private final @Nullable Path folder;
    private final Runnable others;
    private final PrintStream log;

    /**
     * Makes an instance that keeps nothing, for a pool without a folder.
     *
     * @param folder must be the pool's user's or root's, and nobody else may write to it
     * @param others returns when no other process is about to keep what this one looks for; safe to
     *     call from several threads
     * @param log gets what is wrong with a file
     */
    public KeptClasses(Optional<Path> folder, Runnable others, PrintStream log) {
        this.folder = folder.orElse(null);
        this.others = others;
        this.log = log;
    }

    /**
     * Finds what was made from exactly this.
     *
     * @param text the source's
     * @param circumstances all else that its classes depend on
     * @return the class files by binary name, in the order of the source
     */
    Optional<Map<String, byte[]>> find(Path source, String text, String circumstances) {
        if (folder == null) {
            return Optional.empty();
        }
        others.run();
        Path file = file(folder, source);
        try {
            if (!isTrusted(folder, file)) {
                return Optional.empty();
            }
            byte[] bytes = Files.readAllBytes(file);
            int end = bytes.length - CHECKSUM_BYTES;
            if (end < MAGIC.length
                    || checksum(bytes, end) != ByteBuffer.wrap(bytes).getInt(end)) {
                throw new IOException("it is broken");
            }
            ByteBuffer rest = ByteBuffer.wrap(bytes, 0, end);
            byte[] head = head(source, text, circumstances);
            if (end < head.length || !Arrays.equals(bytes, 0, head.length, head, 0, head.length)) {
                return Optional.empty(); // of another state of things
            }
            Map<String, byte[]> classes = classes(rest.position(head.length));
            // What is not used is the oldest; and the launcher sees that a source which was touched
            // is not compiled.
            Files.setLastModifiedTime(file, FileTime.fromMillis(System.currentTimeMillis()));
            return Optional.of(classes);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException | BufferUnderflowException | NegativeArraySizeException e) {
            log.println("state: " + file + " is ignored: " + OneLine.of(e) + "; " + source + " is compiled anew");
            return Optional.empty();
        }
    }

    /** Keeps class files in place of those that there are of the same source. */
    void keep(Path source, String text, String circumstances, Map<String, byte[]> classes) {
        if (folder == null) {
            return;
        }
        Path file = file(folder, source);
        String mark = ProcessHandle.current().pid() + "." + PARTS.incrementAndGet(); // others write at this moment, too
        Path part = file.resolveSibling(file.getFileName() + "." + mark);
        try {
            byte[] bytes = encode(source, text, circumstances, classes);
            if (bytes.length > MAX_BYTES) {
                return;
            }
            Files.deleteIfExists(part); // of a process that had the same number
            Set<PosixFilePermission> own = PosixFilePermissions.fromString("rw-------");
            try (SeekableByteChannel out = Files.newByteChannel(
                    part,
                    Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                    PosixFilePermissions.asFileAttribute(own))) {
                ByteBuffer rest = ByteBuffer.wrap(bytes);
                while (rest.hasRemaining()) {
                    out.write(rest);
                }
            }
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
            removeOldest(folder);
        } catch (IOException e) {
            log.println("state: the classes of " + source + " cannot be kept: " + OneLine.of(e));
            removeQuietly(part);
        }
    }

    private static Path file(Path folder, Path source) {
        return folder.resolve(PREFIX + Fnv.hex(source.toString().getBytes(StandardCharsets.UTF_8)));
    }

    /** Of what others could have put there, nothing is run. */
    private static boolean isTrusted(Path folder, Path file) throws IOException {
        int mode = (Integer) Files.getAttribute(file, "unix:mode", LinkOption.NOFOLLOW_LINKS);
        int uid = (Integer) Files.getAttribute(file, "unix:uid", LinkOption.NOFOLLOW_LINKS);
        if ((mode & TYPE_MASK) != REGULAR) {
            throw new IOException("it is not a regular file");
        }
        if (uid != 0 && uid != (Integer) Files.getAttribute(folder, "unix:uid")) {
            throw new IOException("it belongs to UID " + Integer.toUnsignedString(uid));
        }
        if ((mode & OTHERS_WRITE) != 0) {
            throw new IOException("others can write to it");
        }
        return Files.size(file) <= MAX_BYTES;
    }

    private static byte[] encode(Path source, String text, String circumstances, Map<String, byte[]> classes)
            throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.write(head(source, text, circumstances));
        for (Map.Entry<String, byte[]> entry : classes.entrySet()) {
            put(out, entry.getKey().getBytes(StandardCharsets.UTF_8));
            put(out, entry.getValue());
        }
        out.writeInt(checksum(bytes.toByteArray(), bytes.size()));
        return bytes.toByteArray();
    }

    private static byte[] head(Path source, String text, String circumstances) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.write(MAGIC);
        put(out, source.toString().getBytes(StandardCharsets.UTF_8));
        put(out, circumstances.getBytes(StandardCharsets.UTF_8));
        put(out, text.getBytes(StandardCharsets.UTF_8));
        return bytes.toByteArray();
    }

    private static Map<String, byte[]> classes(ByteBuffer rest) {
        Map<String, byte[]> classes = new LinkedHashMap<>();
        while (rest.hasRemaining()) {
            String name = new String(take(rest), StandardCharsets.UTF_8);
            classes.put(name, take(rest));
        }
        return classes;
    }

    private static void put(DataOutputStream out, byte[] bytes) throws IOException {
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    private static byte[] take(ByteBuffer rest) {
        int length = rest.getInt();
        if (length > rest.remaining()) {
            throw new BufferUnderflowException();
        }
        byte[] bytes = new byte[length];
        rest.get(bytes);
        return bytes;
    }

    private static int checksum(byte[] bytes, int length) {
        CRC32 sum = new CRC32();
        sum.update(bytes, 0, length);
        return (int) sum.getValue();
    }

    /** Sources come and go, under ever new names where requests name them. */
    private static void removeOldest(Path folder) throws IOException {
        List<Path> files = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder, PREFIX + "*")) {
            for (Path entry : entries) {
                files.add(entry);
            }
        }
        if (files.size() <= MAX_FILES) {
            return;
        }
        List<FileTime> times = new ArrayList<>();
        for (Path file : files) {
            times.add(time(file));
        }
        Collections.sort(times);
        FileTime oldest = times.get(files.size() - MAX_FILES);
        for (Path file : files) {
            if (time(file).compareTo(oldest) < 0) {
                removeQuietly(file);
            }
        }
    }

    private static FileTime time(Path file) {
        try {
            return Files.getLastModifiedTime(file, LinkOption.NOFOLLOW_LINKS);
        } catch (IOException e) {
            return FileTime.fromMillis(0); // another process has removed it
        }
    }

    private static void removeQuietly(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            return; // it stays, and is ignored
        }
    }
}

package modjvm.archives;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Enumeration;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/** An archive of an application, such as a WAR, which somebody may have made to do harm. */
public final class Archive {
    /**
     * What an archive may not exceed.
     *
     * @param entries how many it may have
     * @param bytes how many these may have together, exploded
     */
    public record Bounds(int entries, long bytes) {
        /** Bounds that no application comes near to. */
        public static final Bounds DEFAULT = new Bounds(100_000, 4L << 30);
    }

    private static final int BUFFER_BYTES = 65_536;

    private final Path file;
    private final Bounds bounds;

    Archive(Path file, Bounds bounds) {
        this.file = file;
        this.bounds = bounds;
    }

    /**
     * Puts what the archive holds below a folder, all as plain files.
     *
     * @param progress run now and then, to show that this goes on
     * @throws BadArchiveException if it must not be, or cannot be read
     * @throws IOException if it cannot be written
     */
    void explode(Path folder, Runnable progress) throws IOException {
        refuseLinks();
        try (ZipFile zip = open()) {
            if (zip.size() > bounds.entries()) {
                throw new BadArchiveException(
                        "it has " + zip.size() + " entries, and " + bounds.entries() + " is the limit");
            }
            long left = bounds.bytes();
            for (Enumeration<? extends ZipEntry> entries = zip.entries(); entries.hasMoreElements(); ) {
                ZipEntry entry = entries.nextElement();
                Path to = place(folder, entry.getName());
                if (entry.isDirectory()) {
                    Files.createDirectories(to);
                } else {
                    Files.createDirectories(to.getParent());
                    left -= copy(zip, entry, to, left, progress);
                }
            }
        }
    }

    private void refuseLinks() throws IOException {
        try {
            String link = CentralDirectory.link(file);
            if (link != null) {
                throw new BadArchiveException(
                        "its entry " + printable(link) + " is a symbolic link: put the file itself into the archive");
            }
        } catch (ZipException e) {
            throw broken(e);
        }
    }

    private ZipFile open() throws IOException {
        try {
            return new ZipFile(file.toFile(), StandardCharsets.UTF_8);
        } catch (ZipException e) {
            throw broken(e);
        }
    }

    private static Path place(Path folder, String name) throws BadArchiveException {
        String framed = "/" + name + "/";
        boolean isOutside = name.startsWith("/")
                || name.indexOf('\\') >= 0
                || name.indexOf('\0') >= 0
                || framed.contains("/../")
                || framed.contains("/./");
        try {
            Path place = folder.resolve(name).normalize();
            if (isOutside || name.isEmpty() || !place.startsWith(folder)) {
                throw new BadArchiveException("its entry " + printable(name) + " leads out of the archive");
            }
            return place;
        } catch (InvalidPathException e) {
            throw new BadArchiveException("its entry " + printable(name)
                    + " is no name in the locale of this JVM; set lang=C.UTF-8 for the pool");
        }
    }

    /** What the archive says of an entry's length is not believed. */
    private long copy(ZipFile zip, ZipEntry entry, Path to, long left, Runnable progress) throws IOException {
        long count = 0;
        CRC32 checksum = new CRC32();
        byte[] buffer = new byte[BUFFER_BYTES];
        try (InputStream in = zip.getInputStream(entry);
                OutputStream out = Files.newOutputStream(to)) {
            for (int read = read(in, buffer, entry); read >= 0; read = read(in, buffer, entry)) {
                count += read;
                if (count > left) {
                    throw new BadArchiveException("it has more than " + bounds.bytes() + " bytes when it is exploded");
                }
                progress.run();
                checksum.update(buffer, 0, read);
                out.write(buffer, 0, read);
            }
        }
        if (entry.getCrc() >= 0 && entry.getCrc() != checksum.getValue()) {
            throw broken(entry, "its checksum is wrong");
        }
        return count;
    }

    private static int read(InputStream in, byte[] buffer, ZipEntry entry) throws IOException {
        try {
            return in.read(buffer);
        } catch (ZipException | EOFException e) {
            throw broken(entry, String.valueOf(e.getMessage()));
        }
    }

    private static BadArchiveException broken(ZipEntry entry, String why) {
        return new BadArchiveException(
                "its entry " + printable(entry.getName()) + " is broken: " + why + "; copy the archive there anew");
    }

    private static BadArchiveException broken(ZipException e) {
        return new BadArchiveException("not an archive, or a broken one: " + e.getMessage() + "; copy it there anew");
    }

    private static String printable(String name) {
        String clean = name.replaceAll("\\p{Cntrl}", "?");
        return clean.length() > 200 ? clean.substring(0, 200) + "..." : clean;
    }
}

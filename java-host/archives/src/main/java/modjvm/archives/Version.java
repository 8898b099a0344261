package modjvm.archives;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;

/** Names what a file or folder holds now, by what the file system says of it. */
public final class Version {
    private static final int HASH_CHARS = 16;

    private Version() {}

    /**
     * Returns the version of a file, or of all files below a folder. Follows links in a folder.
     *
     * @param path the file or folder
     * @return 16 hex digits
     * @throws IOException if it cannot be read; a folder that links to itself is one that cannot
     */
    public static String of(Path path) throws IOException {
        Map<Path, String> all = new TreeMap<>(Comparator.comparing(Path::toString));
        Files.walkFileTree(
                path, EnumSet.of(FileVisitOption.FOLLOW_LINKS), Integer.MAX_VALUE, new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                        all.put(
                                path.relativize(file),
                                attributes.size() + " " + attributes.lastModifiedTime() + " " + attributes.fileKey());
                        return FileVisitResult.CONTINUE;
                    }
                });
        return hash(all.size() == 1 && Files.isRegularFile(path) ? String.join("", all.values()) : all.toString());
    }

    /**
     * Makes a name of a text.
     *
     * @param text any
     * @return 16 hex digits
     */
    public static String hash(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest).substring(0, HASH_CHARS);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every JDK has it
        }
    }
}

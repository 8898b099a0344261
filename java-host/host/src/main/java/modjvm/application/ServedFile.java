package modjvm.application;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.util.Set;
import modjvm.Body;

/** Opens the files that are bodies of responses. Stateless. */
final class ServedFile {
    private static final int FORBIDDEN = 403;
    private static final int NOT_FOUND = 404;
    private static final int LONGEST_NAME = 255; // bytes, of one folder or file
    private static final int MOST_PARTS = 256; // each takes a descriptor while the file is looked for

    private ServedFile() {}

    /** A file that cannot be served, and what the client is told. */
    static final class Unavailable extends Exception {
        private static final long serialVersionUID = 1L;

        private final int status;

        Unavailable(int status) {
            this.status = status;
        }

        int status() {
            return status;
        }
    }

    /** Opens a regular file. */
    static FileChannel open(Path path) throws IOException, Unavailable {
        try {
            // Looked at first, because opening a pipe would wait for its other end.
            if (Files.exists(path) && !Files.isRegularFile(path)) {
                throw new Unavailable(NOT_FOUND);
            }
            return FileChannel.open(path, StandardOpenOption.READ);
        } catch (NoSuchFileException e) {
            throw new Unavailable(NOT_FOUND);
        } catch (AccessDeniedException e) {
            throw new Unavailable(FORBIDDEN);
        } catch (IOException e) {
            if (isBelowFile(path) || isTooLong(path)) {
                throw new Unavailable(NOT_FOUND);
            }
            throw e;
        }
    }

    /**
     * Opens a file by a path that a client may have made up: step by step from the folder on,
     * following no link.
     */
    static FileChannel open(Body.FileBelow file) throws IOException, Unavailable {
        String[] parts = parts(file.path());
        try (DirectoryStream<Path> folder = Files.newDirectoryStream(file.folder())) {
            if (folder instanceof SecureDirectoryStream<Path> secure) {
                return open(secure, parts, 0);
            }
            throw new IOException("the file system of " + file.folder() + " cannot be searched safely");
        } catch (AccessDeniedException e) {
            throw new Unavailable(FORBIDDEN);
        } catch (FileSystemException e) { // missing, a link, no folder, too long a name
            throw new Unavailable(NOT_FOUND);
        }
    }

    private static FileChannel open(SecureDirectoryStream<Path> folder, String[] parts, int at)
            throws IOException, Unavailable {
        Path name = Path.of(parts[at]);
        if (at < parts.length - 1) {
            try (SecureDirectoryStream<Path> next = folder.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS)) {
                return open(next, parts, at + 1);
            }
        }
        BasicFileAttributeView view =
                folder.getFileAttributeView(name, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
        // Looked at first, because opening a pipe would wait for its other end.
        if (!view.readAttributes().isRegularFile()) {
            throw new Unavailable(NOT_FOUND);
        }
        return (FileChannel) folder.newByteChannel(name, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS));
    }

    private static String[] parts(String path) throws Unavailable {
        String[] parts = (path.startsWith("/") ? path.substring(1) : path).split("/", -1);
        if (parts.length > MOST_PARTS) {
            throw new Unavailable(NOT_FOUND);
        }
        for (String part : parts) {
            if (part.isEmpty() || part.equals(".") || part.equals("..") || part.indexOf('\0') >= 0) {
                throw new Unavailable(NOT_FOUND);
            }
        }
        return parts;
    }

    /**
     * Linux refuses such a name with an error of its own, not as missing; a client may well have
     * made it up.
     */
    private static boolean isTooLong(Path path) {
        for (Path name : path) {
            if (name.toString().getBytes(StandardCharsets.UTF_8).length > LONGEST_NAME) {
                return true;
            }
        }
        return false;
    }

    private static boolean isBelowFile(Path path) {
        for (Path parent = path.getParent(); parent != null; parent = parent.getParent()) {
            if (Files.isRegularFile(parent)) {
                return true;
            }
        }
        return false;
    }
}

package modjvm.it.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.stream.Stream;

/** Folders and files that pools of other users can reach. */
public final class Folders {
    private static final Path APPLICATIONS = Path.of("src/test/apps");

    private static int count;

    private Folders() {}

    /**
     * A new folder, readable by all, below the one that modjvm.scratch names, or else below /tmp.
     * Its path is short: the path of a socket below it may have 107 bytes.
     */
    public static synchronized Path temporary() {
        Path base = Path.of(System.getProperty("modjvm.scratch", "/tmp"));
        try {
            while (true) {
                try {
                    Path folder = Files.createDirectory(
                            base.resolve("h" + ProcessHandle.current().pid() + "." + count++));
                    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
                    return folder;
                } catch (FileAlreadyExistsException e) {
                    continue; // of a run that was killed
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Makes a folder, readable by all, with the parents that are missing. */
    public static Path make(Path folder) {
        try {
            if (!Files.isDirectory(folder)) {
                make(folder.getParent());
                Files.createDirectory(folder);
                Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
            }
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Makes a folder that a user owns. */
    public static Path make(Path folder, String owner, String permissions) {
        try {
            make(folder);
            own(folder, owner);
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString(permissions));
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void own(Path file, String owner) throws IOException {
        Files.setOwner(
                file, file.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(owner));
    }

    /** Writes a file as editors do: whole, under another name first. */
    public static Path write(Path file, String text) {
        if (CompiledApplications.isOneOf(file)) {
            throw new IllegalArgumentException(
                    file + " is all tests': the one that writes to it says ownApplications()");
        }
        try {
            make(file.getParent());
            Path next = file.resolveSibling("." + file.getFileName() + ".new");
            Files.writeString(next, text);
            Files.setPosixFilePermissions(next, PosixFilePermissions.fromString("rw-r--r--"));
            return Files.move(next, file, java.nio.file.StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Copies the sources of the tests' applications. */
    public static void copyApplications(Path folder) {
        try (Stream<Path> files = Files.walk(APPLICATIONS)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                write(folder.resolve(APPLICATIONS.relativize(file).toString()), Files.readString(file));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static void remove(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

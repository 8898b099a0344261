package modjvm.it;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import modjvm.it.harness.Command;
import modjvm.it.harness.Folders;

/** A disk of 64 KB with room for few files: the state folder of pools. */
final class StateDisk implements AutoCloseable {
    private static final int FILES = 24;

    private final Path folder;

    private StateDisk(Path folder) {
        this.folder = folder;
    }

    /** Mounts it; empty where that is not permitted. */
    static Optional<StateDisk> mount(Path folder) {
        Folders.make(folder);
        Command done = Command.run(
                "mount", "-t", "tmpfs", "-o", "size=64k,mode=0711,nr_inodes=" + FILES, "tmpfs", folder.toString());
        return done.exitCode() == 0 ? Optional.of(new StateDisk(folder)) : Optional.empty();
    }

    /** Takes what the pools have there, and then all room: for bytes, and for files and folders. */
    void fill() {
        children().forEach(Folders::remove);
        try (OutputStream out = Files.newOutputStream(folder.resolve("filler"))) {
            for (byte[] block = new byte[4096]; ; ) {
                out.write(block);
            }
        } catch (IOException full) {
            makeFiles();
        }
    }

    private void makeFiles() {
        try {
            for (int i = 0; i < FILES; i++) {
                Files.createFile(folder.resolve("filler" + i));
            }
        } catch (IOException full) {
            return;
        }
    }

    void empty() {
        children().stream()
                .filter(file -> file.getFileName().toString().startsWith("filler"))
                .forEach(Folders::remove);
    }

    private List<Path> children() {
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        Command.succeed("umount", "--lazy", folder.toString());
    }
}

package modjvm.loading;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import modjvm.spi.LoadException;

/** A folder of classes. */
final class FolderTarget extends Target {
    /** Beyond it a folder is taken for a mistake, such as the root of a disk. */
    private static final int MAX_FILES = 100_000;

    FolderTarget(Path path) {
        super(path);
    }

    @Override
    void addTo(TargetLoader loader) throws IOException {
        loader.add(path());
    }

    @Override
    List<String> classNames() throws LoadException {
        return scan("");
    }

    @Override
    List<String> classesNaming(String member) throws LoadException {
        return scan(member);
    }

    private List<String> scan(String member) throws LoadException {
        try {
            Path root = path().toRealPath();
            Scan scan = new Scan(root, member);
            Files.walkFileTree(root, scan);
            if (scan.files == MAX_FILES) {
                throw new LoadException(path() + ": more than " + MAX_FILES + " files; mount the folder of classes");
            }
            Collections.sort(scan.names);
            return scan.names;
        } catch (IOException e) {
            throw new LoadException(path() + ": cannot be read: " + OneLine.of(e), e);
        }
    }

    /** Collects class names. */
    private static final class Scan extends SimpleFileVisitor<Path> {
        private final Path root;
        private final String member;
        private final List<String> names = new ArrayList<>();
        private int files;

        private Scan(Path root, String member) {
            this.root = root;
            this.member = member;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
            Optional<String> name = className(root.relativize(file).toString());
            if (name.isPresent() && (member.isEmpty() || ClassFile.names(Files.readAllBytes(file), member))) {
                names.add(name.get());
            }
            files++;
            return files < MAX_FILES ? FileVisitResult.CONTINUE : FileVisitResult.TERMINATE;
        }

        /** What cannot be read holds no entry point. */
        @Override
        public FileVisitResult visitFileFailed(Path file, IOException e) {
            return FileVisitResult.CONTINUE;
        }
    }
}

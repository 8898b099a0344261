package modjvm.loading;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.concurrent.TimeUnit;

/**
 * What a target looks like from outside, as a number: it differs as soon as somebody has touched
 * the file, or one of the first {@value #MAX_FILES} files of a folder. Absent and unreadable are
 * states like any other.
 */
final class Fingerprint {
    static final int MAX_FILES = 10_000;

    static final long ABSENT = 1;
    private static final long DENIED = 2;

    private Fingerprint() {}

    static long of(Path target) {
        try {
            // A target that is a symbolic link is watched through it, switching the link included.
            Path real = target.toRealPath();
            BasicFileAttributes attributes = Files.readAttributes(real, BasicFileAttributes.class);
            if (!attributes.isDirectory()) {
                return of(real, attributes);
            }
            Walk walk = new Walk();
            Files.walkFileTree(real, walk);
            return walk.sum;
        } catch (AccessDeniedException e) {
            return DENIED;
        } catch (IOException e) {
            return ABSENT;
        }
    }

    /**
     * The time of change (ctime) is there for chmod, and for a file written in place with its old
     * time restored.
     */
    private static long of(Path file, BasicFileAttributes attributes) throws IOException {
        FileTime changed = (FileTime) Files.getAttribute(file, "unix:ctime", LinkOption.NOFOLLOW_LINKS);
        long hash = mix(file.hashCode(), attributes.size());
        hash = mix(hash, nanos(attributes.lastModifiedTime()));
        hash = mix(hash, nanos(changed));
        Object inode = attributes.fileKey();
        return mix(hash, inode == null ? 0 : inode.hashCode());
    }

    private static long nanos(FileTime time) {
        return time.to(TimeUnit.NANOSECONDS);
    }

    private static long mix(long hash, long value) {
        long mixed = (hash ^ value) * 0x9E3779B97F4A7C15L;
        return mixed ^ (mixed >>> 32);
    }

    /** Adds up what it meets, so that the order of a folder's entries does not matter. */
    private static final class Walk extends SimpleFileVisitor<Path> {
        private long sum;
        private int files;

        @Override
        public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) throws IOException {
            return add(of(folder, attributes));
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
            return add(of(file, attributes));
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException e) {
            return add(mix(file.hashCode(), e instanceof AccessDeniedException ? DENIED : ABSENT));
        }

        private FileVisitResult add(long hash) {
            sum += hash;
            files++;
            return files < MAX_FILES ? FileVisitResult.CONTINUE : FileVisitResult.TERMINATE;
        }
    }
}

package modjvm.jwsgi;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLockInterruptionException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A lock of all processes of a pool: the threads of this one exclude each other first, and then the
 * processes by a lock on a file, which the kernel takes back if a process ends. Thread-safe.
 */
final class PoolLock {
    private final Path file;
    private final ReentrantLock threads = new ReentrantLock();
    /** Guarded by {@code threads}. */
    private @Nullable FileChannel channel;

    PoolLock(Path file) {
        this.file = file;
    }

    void lock() {
        if (threads.isHeldByCurrentThread()) {
            throw new IllegalStateException(file + ": this thread has the lock already, and would wait for itself");
        }
        try {
            threads.lockInterruptibly();
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
        boolean isLocked = false;
        try {
            channel = lockFile();
            isLocked = true;
        } catch (ClosedByInterruptException | FileLockInterruptionException e) {
            throw interrupted(e);
        } catch (IOException e) {
            throw new UncheckedIOException(file + ": cannot be locked", e);
        } finally {
            if (!isLocked) {
                threads.unlock();
            }
        }
    }

    void unlock() {
        if (!threads.isHeldByCurrentThread()) {
            throw new IllegalMonitorStateException(file + ": this thread does not have the lock");
        }
        FileChannel held = channel;
        channel = null;
        try {
            if (held != null) {
                held.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(file + ": cannot be unlocked", e);
        } finally {
            threads.unlock();
        }
    }

    @SuppressWarnings("resource") // it is closed by unlock
    private FileChannel lockFile() throws IOException {
        FileChannel opened = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            opened.lock();
            return opened;
        } catch (IOException | RuntimeException e) {
            opened.close();
            throw e;
        }
    }

    private IllegalStateException interrupted(Exception e) {
        Thread.currentThread().interrupt();
        return new IllegalStateException(file + ": interrupted while waiting for the lock", e);
    }
}

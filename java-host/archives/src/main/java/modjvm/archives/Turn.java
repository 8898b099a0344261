package modjvm.archives;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The right to make something that several processes and threads want, one after another. The end
 * of a process gives it back.
 */
final class Turn implements AutoCloseable {
    private static final long PAUSE_MS = 50;

    private final Path file;
    private final FileChannel channel;

    private Turn(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /**
     * Waits for the turn.
     *
     * @param file made if it is not there, and removed by the close
     * @param waits run now and then while somebody else has the turn
     */
    static Turn await(Path file, Runnable waits) throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            while (lock(channel) == null) {
                waits.run();
                TimeUnit.MILLISECONDS.sleep(PAUSE_MS);
            }
            return new Turn(file, channel);
        } catch (InterruptedException e) {
            channel.close();
            Thread.currentThread().interrupt();
            throw new InterruptedIOException(file + ": interrupted while another process makes it");
        } catch (IOException | RuntimeException | Error e) {
            channel.close();
            throw e;
        }
    }

    private static @Nullable FileLock lock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null; // another thread of this process has it
        }
    }

    /**
     * Who waits for the file meanwhile has it open still, and looks first whether what it wants is
     * there.
     */
    @Override
    public void close() throws IOException {
        try (channel) {
            Files.deleteIfExists(file);
        }
    }
}

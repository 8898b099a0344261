package modjvm.jwsgi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class PoolLockTest {
    @TempDir
    Path folder;

    @Test
    void shouldLockTheFileWhileItIsHeld() throws Exception {
        Path file = folder.resolve("lock");
        PoolLock lock = new PoolLock(file);
        lock.lock();
        try (FileChannel other = FileChannel.open(file, StandardOpenOption.WRITE)) {
            assertThatThrownBy(other::tryLock).isInstanceOf(OverlappingFileLockException.class);
            lock.unlock();
            assertThat(other.tryLock()).isNotNull();
        }
    }

    @Test
    void shouldKeepOtherThreadsWaiting() throws Exception {
        PoolLock lock = new PoolLock(folder.resolve("lock"));
        lock.lock();
        CountDownLatch waits = new CountDownLatch(1);
        CompletableFuture<Boolean> other = CompletableFuture.supplyAsync(() -> {
            waits.countDown();
            lock.lock();
            lock.unlock();
            return true;
        });
        waits.await();
        assertThat(other).isNotDone();
        lock.unlock();
        assertThat(other.get()).isTrue();
    }

    @Test
    void shouldGiveUpIfInterrupted() {
        PoolLock lock = new PoolLock(folder.resolve("lock"));
        Thread.currentThread().interrupt();
        assertThatThrownBy(lock::lock).hasMessageContaining("interrupted while waiting");
        assertThat(Thread.interrupted()).isTrue();
        lock.lock();
        lock.unlock();
    }
}

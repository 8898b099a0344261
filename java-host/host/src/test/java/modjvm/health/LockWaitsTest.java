package modjvm.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LockWaitsTest {
    private final Object monitor = new Object();
    private final ReentrantLock lock = new ReentrantLock();
    private final List<Thread> threads = new ArrayList<>();

    @AfterEach
    void end() throws InterruptedException {
        for (Thread thread : threads) {
            thread.join();
        }
    }

    @Test
    void shouldSeeNoneAmongThreadsThatWaitForNobody() {
        Thread sleeper = start(() -> LockSupport.parkNanos(this, TimeUnit.SECONDS.toNanos(20)));
        while (sleeper.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }
        assertThat(LockWaits.waits(sleeper)).isFalse();
        LockSupport.unpark(sleeper);
    }

    @Test
    void shouldSeeThreadsThatWaitForMonitorsAndLocks() {
        lock.lock();
        try {
            synchronized (monitor) {
                awaitWait(start(() -> {
                    synchronized (monitor) {
                        return;
                    }
                }));
                awaitWait(start(() -> {
                    lock.lock();
                    lock.unlock();
                }));
                assertThat(LockWaits.mayFormCircle()).isTrue();
            }
        } finally {
            lock.unlock();
        }
    }

    private Thread start(Runnable work) {
        Thread thread = new Thread(work);
        threads.add(thread);
        thread.start();
        return thread;
    }

    private static void awaitWait(Thread thread) {
        while (!LockWaits.waits(thread)) {
            Thread.onSpinWait();
        }
    }
}

package modjvm.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import modjvm.server.Alarm;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class TimerTest {
    /** System.nanoTime may start anywhere: here it is about to overflow. */
    private static final long START = Long.MAX_VALUE - 25;

    private final AtomicInteger fatal = new AtomicInteger();
    private final Alarm alarm = new Alarm();

    private Timer timer(PeriodicTask... tasks) {
        return new Timer(List.of(tasks), START, alarm, fatal::incrementAndGet);
    }

    @Test
    void shouldComeWhenEachDutyIsDue() {
        List<Long> often = new ArrayList<>();
        List<Long> seldom = new ArrayList<>();
        Timer timer = timer(
                now -> {
                    often.add(now - START);
                    return 20;
                },
                now -> {
                    seldom.add(now - START);
                    return 50;
                });
        long now = START;
        for (int i = 0; i < 6; i++) {
            now += timer.pass(now);
        }
        assertThat(often).containsExactly(0L, 20L, 40L, 60L, 80L);
        assertThat(seldom).containsExactly(0L, 50L);
    }

    @Test
    void shouldDoNoMoreWhatIsOverOrFails() {
        AtomicInteger calls = new AtomicInteger();
        Timer timer = timer(
                now -> {
                    calls.incrementAndGet();
                    return PeriodicTask.NEVER;
                },
                now -> {
                    calls.incrementAndGet();
                    throw new NoClassDefFoundError("java/lang/management/ManagementFactory");
                });
        assertThat(timer.pass(START)).isEqualTo(PeriodicTask.NEVER);
        assertThat(timer.pass(START + 1000)).isEqualTo(PeriodicTask.NEVER);
        assertThat(calls).hasValue(2);
        assertThat(fatal).hasValue(0);
    }

    @Test
    void shouldEndTheProcessAfterAnErrorOfTheVirtualMachine() {
        timer(now -> {
                    throw new OutOfMemoryError("of a test");
                })
                .pass(START);
        assertThat(fatal).hasValue(1);
    }

    @Test
    void shouldHaveAThreadThatNoInterruptStops() throws Exception {
        CountDownLatch calls = new CountDownLatch(5);
        List<Thread> threads = new ArrayList<>();
        PeriodicTask task = now -> {
            threads.add(Thread.currentThread());
            Thread.currentThread().interrupt();
            calls.countDown();
            return calls.getCount() == 0 ? PeriodicTask.NEVER : 1_000_000;
        };
        new Timer(List.of(task), System.nanoTime(), alarm, fatal::incrementAndGet).start();
        assertThat(calls.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(threads.get(0).getName()).isEqualTo("modjvm-timer");
        assertThat(threads.get(0).isDaemon()).isTrue();
        threads.get(0).join(20_000);
        assertThat(threads.get(0).isAlive()).isFalse();
    }

    @Test
    void shouldDoWithEachPassWhatRests() {
        List<Long> resting = new ArrayList<>();
        Timer timer = timer(
                now -> {
                    resting.add(now - START);
                    return now - START < 40 ? PeriodicTask.REST : PeriodicTask.NEVER;
                },
                now -> 20);
        long now = START;
        for (int i = 0; i < 4; i++) {
            now += timer.pass(now);
        }
        assertThat(resting).containsExactly(0L, 20L, 40L);
        assertThat(timer(task -> PeriodicTask.REST).pass(START)).isEqualTo(PeriodicTask.REST);
    }

    @Test
    void shouldSleepUntilSomethingBegins() throws Exception {
        Semaphore calls = new Semaphore(0);
        AtomicReference<Thread> thread = new AtomicReference<>();
        PeriodicTask resting = now -> {
            thread.set(Thread.currentThread());
            calls.release();
            return PeriodicTask.REST;
        };
        PeriodicTask seldom = now -> {
            calls.release();
            return TimeUnit.DAYS.toNanos(1);
        };
        new Timer(List.of(resting, seldom), System.nanoTime(), alarm, fatal::incrementAndGet).start();
        for (int i = 0; i < 3; i++) {
            assertThat(calls.tryAcquire(2, 20, TimeUnit.SECONDS)).isTrue();
            while (thread.get().getState() != Thread.State.TIMED_WAITING) {
                Thread.onSpinWait();
            }
            assertThat(calls.availablePermits()).isZero();
            alarm.ring();
        }
    }
}

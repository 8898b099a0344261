package modjvm.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import modjvm.server.Admission.Count;
import modjvm.server.Admission.Permit;
import modjvm.spi.Verdict;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class AdmissionTest {
    private final Admission admission = new Admission(2, new Alarm());

    private Permit enter() {
        return (Permit) admission.tryAdmit();
    }

    @Test
    void shouldAdmitAsManyAsThereArePermits() {
        Permit first = enter();
        enter();
        assertThat(admission.tryAdmit().verdict()).isEqualTo(Verdict.FULL);
        first.close();
        enter();
        assertThat(admission.count()).isEqualTo(new Count(2, 1));
    }

    @Test
    void shouldStayInFlightUntilItIsClosed() {
        Permit permit = enter();
        permit.release();
        permit.release();
        enter();
        enter();
        assertThat(admission.tryAdmit().verdict()).isEqualTo(Verdict.FULL);
        assertThat(admission.count()).isEqualTo(new Count(3, 0));
        permit.close();
        assertThat(admission.tryAdmit().verdict()).isEqualTo(Verdict.FULL);
        assertThat(admission.count()).isEqualTo(new Count(2, 1));
    }

    @Test
    void shouldNotWaitForWhatIsAbandoned() throws InterruptedException {
        Permit permit = enter();
        admission.drain();
        assertThat(admission.tryAdmit().verdict()).isEqualTo(Verdict.DRAINING);
        assertThat(permit.abandon()).isTrue();
        assertThat(permit.abandon()).isFalse();
        assertThat(permit.isAbandoned()).isTrue();
        admission.awaitNoneInFlight();
        permit.close();
        assertThat(admission.count()).isEqualTo(new Count(0, 1));
    }

    @Test
    void shouldNotAbandonWhatIsAnswered() {
        Permit permit = enter();
        permit.release();
        assertThat(permit.abandon()).isFalse();
        assertThat(admission.count()).isEqualTo(new Count(1, 0));
    }

    @Test
    void shouldLeaveThePlaceOfWhatOnlyWaitsToOthers() throws InterruptedException {
        Permit waits = enter();
        enter();
        assertThat(waits.pause()).isTrue();
        assertThat(waits.pause()).isFalse();
        Permit third = enter();
        assertThat(admission.tryAdmit().verdict()).isEqualTo(Verdict.FULL);
        assertThat(admission.count()).isEqualTo(new Count(3, 0));
        third.close();
        waits.resume();
        assertThat(admission.tryAdmit().verdict()).isEqualTo(Verdict.FULL);
        waits.close();
        enter();
        assertThat(admission.count()).isEqualTo(new Count(2, 2));
    }

    @Test
    void shouldLoseNoPlaceToWhatEndsWhileItWaits() {
        Permit released = enter();
        assertThat(released.pause()).isTrue();
        released.release();
        assertThat(released.pause()).isFalse();
        released.close();
        Permit abandoned = enter();
        assertThat(abandoned.pause()).isTrue();
        assertThat(abandoned.abandon()).isTrue();
        abandoned.resume();
        abandoned.close();
        Permit late = enter();
        late.pause();
        late.release();
        late.resume(); // of a thread that knew nothing of the release
        late.close();
        enter();
        enter();
        assertThat(admission.tryAdmit().verdict()).isEqualTo(Verdict.FULL);
        assertThat(admission.count()).isEqualTo(new Count(2, 3));
    }

    @Test
    void shouldGoOnWithoutAPlaceAfterASecond() {
        Permit waits = enter();
        waits.pause();
        Permit first = enter();
        Permit second = enter();
        waits.resume(); // or else what the others wait for could never happen
        assertThat(admission.tryAdmit().verdict()).isEqualTo(Verdict.FULL);
        first.close();
        assertThat(admission.tryAdmit().verdict()).isEqualTo(Verdict.FULL);
        second.close();
        waits.close();
        enter();
        enter();
        assertThat(admission.tryAdmit().verdict()).isEqualTo(Verdict.FULL);
    }

    @Test
    void shouldNotWaitForAPlaceIfTheClientHasLeft() {
        Permit waits = enter();
        waits.pause();
        enter();
        Permit second = enter();
        Thread.currentThread().interrupt();
        waits.resume();
        assertThat(Thread.interrupted()).isTrue();
        waits.close();
        second.close();
        enter();
        assertThat(admission.tryAdmit().verdict()).isEqualTo(Verdict.FULL);
    }

    @Test
    void shouldGetThePlaceThatIsGivenBackFirst() throws Exception {
        Permit waits = enter();
        waits.pause();
        Permit first = enter();
        enter();
        Thread thread = new Thread(waits::resume);
        thread.start();
        while (thread.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }
        first.close();
        thread.join();
        assertThat(admission.tryAdmit().verdict()).isEqualTo(Verdict.FULL);
        waits.close();
        assertThat(admission.tryAdmit().verdict()).isEqualTo(Verdict.ADMITTED);
    }

    @Test
    void shouldWaitForAPermitThatIsGivenBack() throws Exception {
        Permit first = enter();
        enter();
        assertThat(admission.admit(Duration.ofMillis(1)).verdict()).isEqualTo(Verdict.FULL);
        FutureTask<modjvm.spi.Permit> waiting = new FutureTask<>(() -> admission.admit(Duration.ofSeconds(60)));
        Thread thread = new Thread(waiting);
        thread.start();
        while (thread.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }
        first.release();
        assertThat(waiting.get().verdict()).isEqualTo(Verdict.ADMITTED);
    }

    @Test
    void shouldNotWaitForAPermitWhereNothingIsAdmittedAnyMore() throws Exception {
        enter();
        enter();
        FutureTask<modjvm.spi.Permit> waiting = new FutureTask<>(() -> admission.admit(Duration.ofSeconds(60)));
        Thread thread = new Thread(waiting);
        thread.start();
        while (thread.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }
        admission.drain();
        assertThat(waiting.get().verdict()).isEqualTo(Verdict.DRAINING);
    }

    @Test
    void shouldRunTheActionOnceAtItsNumber() {
        AtomicInteger runs = new AtomicInteger();
        admission.whenFinished(2, runs::incrementAndGet);
        enter().close();
        assertThat(runs).hasValue(0);
        enter().close();
        enter().close();
        assertThat(runs).hasValue(1);
    }

    @Test
    void shouldCountRightlyWhateverThreadsDo() throws InterruptedException {
        AtomicLong served = new AtomicLong();
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        CountDownLatch begun = new CountDownLatch(4);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            Thread thread = new Thread(() -> {
                begun.countDown();
                for (modjvm.spi.Permit given = admission.tryAdmit();
                        given.verdict() != Verdict.DRAINING;
                        given = admission.tryAdmit()) {
                    if (given.verdict() == Verdict.ADMITTED) {
                        most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                        Permit permit = (Permit) given;
                        if (ThreadLocalRandom.current().nextInt(8) == 0) {
                            permit.abandon();
                        }
                        inside.decrementAndGet();
                        if (ThreadLocalRandom.current().nextInt(8) == 0 && permit.pause()) {
                            permit.resume();
                        }
                        permit.release();
                        permit.close();
                        served.incrementAndGet();
                    }
                }
            });
            threads.add(thread);
            thread.start();
        }
        begun.await();
        while (served.get() < 200_000) {
            Thread.onSpinWait();
        }
        admission.drain();
        admission.awaitNoneInFlight();
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(admission.count()).isEqualTo(new Count(0, served.get()));
        assertThat(most).hasValue(2);
    }
}

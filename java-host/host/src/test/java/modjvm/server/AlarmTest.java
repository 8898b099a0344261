package modjvm.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.locks.LockSupport;
import modjvm.spi.Verdict;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class AlarmTest {
    private final Alarm alarm = new Alarm();
    private final Admission admission = new Admission(2, alarm);

    @Test
    void shouldRingWithTheFirstRequestSinceItWasSet() {
        admission.tryAdmit();
        alarm.set();
        assertThat(alarm.clear()).isFalse();
        alarm.set();
        admission.tryAdmit();
        assertThat(alarm.clear()).isTrue();
    }

    @Test
    void shouldNotRingForWhoIsNotAdmitted() {
        admission.tryAdmit();
        admission.tryAdmit();
        alarm.set();
        assertThat(admission.tryAdmit().verdict()).isEqualTo(Verdict.FULL);
        assertThat(alarm.clear()).isFalse();
    }

    @Test
    void shouldRingWhenTheEndBegins() {
        alarm.set();
        admission.drain();
        assertThat(alarm.clear()).isTrue();
    }

    @Test
    void shouldWakeTheSleeper() throws InterruptedException {
        Thread sleeper = new Thread(() -> {
            alarm.set();
            while (!alarm.clear()) {
                alarm.set();
                LockSupport.park();
            }
        });
        sleeper.start();
        while (sleeper.isAlive()) {
            alarm.ring();
            sleeper.join(1);
        }
    }
}

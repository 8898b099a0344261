package modjvm.logging;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class RareLineTest {
    @Test
    void shouldComeOnceAMinute() {
        RareLine line = new RareLine();
        long minute = TimeUnit.MINUTES.toNanos(1);
        long now = Long.MAX_VALUE - 5; // the clock may begin anywhere

        assertThat(line.next("one", now)).isEqualTo("one");
        for (int i = 0; i < 1000; i++) {
            assertThat(line.next("more", now + i)).isEmpty();
        }
        assertThat(line.next("two", now + minute - 1)).isEmpty();
        assertThat(line.next("three", now + minute)).isEqualTo("three; 1001 more like it since the last such line");
        assertThat(line.next("four", now + 2 * minute)).isEqualTo("four");
    }
}

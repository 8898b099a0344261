package modjvm.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class UnheardConnectionsTest {
    private final List<String> turnedAway = new ArrayList<>();
    private final UnheardConnections<String> unheard =
            new UnheardConnections<>(3, (connection, why) -> turnedAway.add(connection + ": " + why));

    private void look(int times) {
        for (int i = 0; i < times; i++) {
            unheard.look();
        }
    }

    @Test
    void shouldTurnTheOldestAwayWhenThereAreTooMany() {
        for (String connection : List.of("a", "b", "c", "d", "e")) {
            unheard.add(connection);
        }

        assertThat(turnedAway)
                .containsExactly(
                        "a: more than 3 connections have not sent HELLO",
                        "b: more than 3 connections have not sent HELLO");
    }

    @Test
    void shouldLookEachSecondWhileThereAreAny() {
        assertThat(unheard.look()).isZero();
        unheard.add("a");
        assertThat(unheard.look()).isEqualTo(1_000_000_000L);
        unheard.remove("a");
        assertThat(unheard.look()).isZero();
    }

    @Test
    void shouldForgetWhoIsHeard() {
        for (int i = 0; i < 10; i++) {
            unheard.add("httpd " + i);
            unheard.remove("httpd " + i);
        }
        look(10);

        assertThat(turnedAway).isEmpty();
    }

    @Test
    void shouldTurnAwayWhoIsNotHeardInTime() {
        unheard.add("early");
        look(2);
        unheard.add("late");
        look(3);
        assertThat(turnedAway).isEmpty();
        look(1);
        assertThat(turnedAway).containsExactly("early: it has not sent HELLO within 5 seconds");
        look(2);
        assertThat(turnedAway).hasSize(2);
        look(10);
        assertThat(turnedAway).hasSize(2);
    }
}

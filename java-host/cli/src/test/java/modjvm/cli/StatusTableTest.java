package modjvm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StatusTableTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0s",
        "59, 59s",
        "60, 1min 0s",
        "3599, 59min 59s",
        "3600, 1h 0min",
        "86399, 23h 59min",
        "86400, 1d 0h",
        "900000, 10d 10h"
    })
    void shouldShowTheTwoLargestUnits(long seconds, String text) {
        assertThat(StatusTable.duration(seconds)).isEqualTo(text);
    }
}
